import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldOf, recordOf } from '../../../common/json/json-fields.js';
import type { ProcessIdentity } from './process-identity.js';

export const LOCK_FILE = /^lock-(\d{1,9})$/;

/** A lock as it lies in the directory. */
export interface FoundLock {
  readonly number: number;
  /** `undefined` where it was not written to its end. */
  readonly holder: ProcessIdentity | undefined;
  /** What is written in it; no two locks say the same. */
  readonly text: string;
  /** Changes with every heartbeat. */
  readonly beatAt: number;
}

/**
 * The locks of a directory are numbered. A new one gets the next number, and creating a file that exists fails, so of those
 * who saw the same locks one succeeds.
 */
export class LockFiles {
  constructor(private readonly directory: string) {}

  list(): FoundLock[] {
    return readdirSync(this.directory)
      .map((name) => LOCK_FILE.exec(name)?.[1])
      .filter((number) => number !== undefined)
      .map((number) => this.#read(Number(number)))
      .filter((lock) => lock !== undefined);
  }

  /** @returns what the file says now; `undefined` where somebody else has that number. */
  create(number: number, holder: ProcessIdentity): FoundLock | undefined {
    try {
      const text = JSON.stringify({ ...holder, id: randomUUID() });
      writeFileSync(this.#path(number), text, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
      throw error;
    }
    return this.#read(number);
  }

  /** Shows that the holder lives. @returns whether the lock is still there. */
  beat({ number, text }: FoundLock, now: number): boolean {
    if (this.#read(number)?.text !== text) return false;
    utimesSync(this.#path(number), now / 1000, now / 1000);
    return true;
  }

  remove({ number, text }: FoundLock): void {
    if (this.#read(number)?.text === text) rmSync(this.#path(number), { force: true });
  }

  #read(number: number): FoundLock | undefined {
    try {
      const text = readFileSync(this.#path(number), 'utf8');
      return { number, holder: holderIn(text), text, beatAt: statSync(this.#path(number)).mtimeMs };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #path(number: number): string {
    return join(this.directory, `lock-${number}`);
  }
}

function holderIn(text: string): ProcessIdentity | undefined {
  const record = recordOf(parsed(text));
  const [pid, place, startedAt] = ['pid', 'place', 'startedAt'].map((name) => fieldOf(record, name));
  if (typeof pid !== 'number' || typeof place !== 'string') return undefined;
  return { pid, place, startedAt: typeof startedAt === 'string' ? startedAt : undefined };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
