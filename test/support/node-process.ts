import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export const PROJECT = join(import.meta.dirname, '../..');

/** A Node.js process of the built package, with nothing in its environment but what is given. */
export class NodeProcess {
  stdout = '';
  stderr = '';
  private readonly ended: Promise<unknown[]>;

  constructor(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    private readonly child: ChildProcessByStdio<null, Readable, Readable> = start(process.execPath, args, environment),
  ) {
    child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString('utf8')));
    this.ended = once(child, 'close');
  }

  /** A command that starts others, such as npm: {@link stop} reaches them all. */
  static ofCommand(
    command: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): NodeProcess {
    return new NodeProcess(args, environment, start(command, args, environment));
  }

  /** The exit code once it ended, or the signal that ended it. */
  async exit(): Promise<unknown> {
    const [code, signal] = await this.ended;
    return code ?? signal;
  }

  /** Waits for a line of its log, and fails with what it wrote when it ends without one. */
  async logged(line: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = line.exec(this.stdout);
      if (found !== null) return found;
      const more = once(this.child.stdout, 'data').then(() => true);
      const isRunning = await Promise.race([more, this.ended.then(() => false)]);
      if (!isRunning) throw new Error(`It ended without ${String(line)}: ${this.stdout}${this.stderr}`);
    }
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): void {
    // Its whole group: npm does not pass a signal on to what it runs.
    if (this.child.pid !== undefined) process.kill(-this.child.pid, signal);
  }
}

function start(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(command, args, {
    cwd: PROJECT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}
