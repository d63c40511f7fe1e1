import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { PROJECT } from './node-process.js';
import { freePort } from './redis-process.js';

/** What a spec that is skipped prints. */
export const NO_NGINX =
  'nginx is not installed, so what needs it is not tested; "node scripts/ensure-servers.mjs" says how to get it.\n';

/** The file that docker-compose.yml mounts. */
export const NGINX_CONF = readFileSync(join(PROJECT, 'config/nginx.conf'), 'utf8');

/** What differs from one place to another, as the file's own head lists it. Each must be there, or nothing was replaced. */
function configuredFor(port: number, appPort: number, directory: string): string {
  const replaced = [
    ['listen 8080;', `listen 127.0.0.1:${port};`],
    ['server app:3000 ', `server 127.0.0.1:${appPort} `],
    [' /tmp/nginx', ` ${directory}/nginx`],
  ] as const;
  return replaced.reduce((text, [token, value]) => {
    if (!text.includes(token)) throw new Error(`config/nginx.conf has no "${token}" any more.`);
    return text.replaceAll(token, value);
  }, NGINX_CONF);
}

/** A real nginx on a free port, run by the very config/nginx.conf. */
export class NginxProcess {
  private constructor(
    readonly port: number,
    private readonly directory: string,
    private readonly child: ChildProcess,
  ) {}

  static isInstalled(): boolean {
    return spawnSync('nginx', ['-v']).status === 0;
  }

  /** @param played lines of development.map: peers and the addresses that they play. */
  static async start(appPort: number, played = ''): Promise<NginxProcess> {
    const port = await freePort();
    const directory = mkdtempSync(join(tmpdir(), 'ip-risk-nginx-'));
    // As root nginx hands its work to processes of another user.
    chmodSync(directory, 0o755);
    const config = join(directory, 'nginx.conf');
    writeFileSync(config, configuredFor(port, appPort, directory));
    if (played !== '') writeFileSync(join(directory, 'development.map'), played);
    // A file and no pipe: the log goes to /dev/stdout, which cannot be opened where that is a socket of Node's.
    const output = openSync(join(directory, 'output'), 'a');
    const child = spawn('nginx', ['-c', config, '-g', 'daemon off;'], { stdio: ['ignore', output, output] });
    closeSync(output);
    const nginx = new NginxProcess(port, directory, child);
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`nginx did not start: ${nginx.output}`);
      await nginx.statusOf('/health/live');
    });
    return nginx;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Everything that it wrote: its access log, and what went wrong. */
  get output(): string {
    return readFileSync(join(this.directory, 'output'), 'utf8');
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.directory, { recursive: true, force: true });
  }

  private statusOf(path: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.url), { agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject);
      sent.end();
    });
  }
}
