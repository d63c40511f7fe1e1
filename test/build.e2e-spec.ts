import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeProcess, PROJECT } from './support/node-process.js';

const BUILT = 'dist/main.js';
let checkout: string;

/** A clean checkout with one source file, and only the given packages installed. */
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'ip-risk-build-'));
  for (const folder of ['scripts', 'src', 'node_modules']) mkdirSync(join(checkout, folder));
  cpSync(join(PROJECT, 'scripts/build.mjs'), join(checkout, 'scripts/build.mjs'));
  writeFileSync(join(checkout, 'src/main.ts'), 'export const answer: number = 42;\n');
  const compilerOptions = { target: 'es2023', module: 'nodenext', rootDir: 'src', types: [] };
  writeFileSync(join(checkout, 'tsconfig.build.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
});

afterEach(() => {
  rmSync(checkout, { recursive: true, force: true });
});

function install(...packages: string[]): void {
  for (const name of packages) {
    symlinkSync(join(PROJECT, 'node_modules', name), join(checkout, 'node_modules', name));
  }
}

async function build(...args: string[]): Promise<[code: unknown, stderr: string]> {
  const building = new NodeProcess([join(checkout, 'scripts/build.mjs'), ...args]);
  return [await building.exit(), building.stderr];
}

const NO_TYPESCRIPT =
  'TypeScript is not installed, so dist/ was not built. Run "npm ci" with dev dependencies to build.\n';

describe('the build', () => {
  it('puts the viewer of the documentation, with its licence, beside the code', async () => {
    install('typescript', 'swagger-ui-dist');
    expect(await build()).toEqual([0, '']);
    expect(existsSync(join(checkout, BUILT))).toBe(true);
    expect(readdirSync(join(checkout, 'dist/swagger-ui')).sort()).toEqual([
      'LICENSE',
      'NOTICE',
      'swagger-ui-bundle.js',
      'swagger-ui-bundle.js.LICENSE.txt',
      'swagger-ui.css',
    ]);
    expect(readdirSync(checkout).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }, 30_000);

  it('fails in a sentence, and leaves nothing behind, without the viewer', async () => {
    install('typescript');
    const [code, stderr] = await build();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^swagger-ui-dist is not installed, .+\.\n$/)]);
    expect(readdirSync(checkout).filter((name) => name.startsWith('dist'))).toEqual([]);
  }, 30_000);

  it('lets an install without dev dependencies pass', async () => {
    expect(await build()).toEqual([0, NO_TYPESCRIPT]);
  }, 30_000);

  it('stops a start that has nothing to run', async () => {
    expect(await build('--if-stale')).toEqual([1, NO_TYPESCRIPT]);
  }, 30_000);

  it('lets a start pass that has an older build', async () => {
    mkdirSync(join(checkout, 'dist'));
    writeFileSync(join(checkout, BUILT), '');
    expect(await build('--if-stale')).toEqual([0, '']);
    utimesSync(join(checkout, BUILT), 0, 0);
    expect(await build('--if-stale')).toEqual([0, NO_TYPESCRIPT]);
  }, 30_000);
});
