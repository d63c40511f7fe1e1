import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Controller, Get, Header, NotFoundException, Param, StreamableFile } from '@nestjs/common';
import { parse } from 'yaml';

const OPENAPI_FILE = join(import.meta.dirname, '../../../config/openapi.yaml');
/** Put there by scripts/build.mjs, also for a controller that runs from src/. */
const VIEWER_FOLDER = join(import.meta.dirname, '../../../dist/swagger-ui');

/** The only files of the viewer that are served; anything else under /docs does not exist. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>nestjs-ip-risk API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="docs"></div>
    <p><a href="https://db-ip.com">IP Geolocation by DB-IP</a></p>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const START = "SwaggerUIBundle({ url: '/docs-json', dom_id: '#docs' });\n";

/**
 * The API's description and a page to read it. The description is a file and not made from decorators at run time:
 * making it took 13 MB in every process for a page that few ever open.
 */
@Controller()
export class DocsController {
  private parsed: unknown;

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  page(): string {
    return PAGE;
  }

  @Get('docs-json')
  description(): unknown {
    this.parsed ??= parse(readFileSync(OPENAPI_FILE, 'utf8'));
    return this.parsed;
  }

  @Get('docs/start.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  start(): string {
    return START;
  }

  @Get('docs/:asset')
  asset(@Param('asset') name: string): StreamableFile {
    const type = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
    if (type === undefined) throw new NotFoundException({ error: 'Not Found', message: 'There is no such page.' });
    return new StreamableFile(createReadStream(join(VIEWER_FOLDER, name)), { type });
  }
}
