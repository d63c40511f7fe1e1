import type { Clock } from '../../../common/clock/clock.js';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import { LockFiles, type FoundLock } from './lock-files.js';
import { isRunning, ownIdentity } from './process-identity.js';

const HEARTBEAT_MS = 2_000;
/** Milliseconds without a heartbeat after which a holder that cannot be seen counts as dead. */
const SILENCE_MS = 10_000;
const LOOK_MS = 250;
/** Milliseconds at most for which two who got in each other's way step aside. */
const STEP_ASIDE_MS = 100;

/**
 * Keeps a directory for one process, since two that write into the same files lose rows without noticing. The lock of a
 * process that was killed is taken over at once where that can be seen, and else after {@link SILENCE_MS}.
 */
export class DirectoryLock {
  readonly #files: LockFiles;
  readonly #lock: FoundLock;
  readonly #clock: Clock;
  readonly #lost: () => void;
  #cancelBeat: () => void = () => undefined;

  private constructor(files: LockFiles, lock: FoundLock, clock: Clock, lost: () => void) {
    this.#files = files;
    this.#lock = lock;
    this.#clock = clock;
    this.#lost = lost;
    this.#beatLater();
  }

  /**
   * @param lost is called when the lock is somebody else's now: this process did not run for a while, or the file was
   *   removed.
   * @throws StorageError while another process has the directory, or another database of this one.
   */
  static async take(directory: string, clock: Clock, lost: () => void): Promise<DirectoryLock> {
    const files = new LockFiles(directory);
    // The clock's timers let a process end, and one that waits for a lock may have nothing else to do.
    const keepAlive = setInterval(() => undefined, SILENCE_MS);
    try {
      for (;;) {
        const lock = await attempt(files, clock);
        if (lock !== undefined) return new DirectoryLock(files, lock, clock, lost);
        await pause(clock, Math.random() * STEP_ASIDE_MS);
      }
    } finally {
      clearInterval(keepAlive);
    }
  }

  release(): void {
    this.#cancelBeat();
    this.#files.remove(this.#lock);
  }

  #beatLater(): void {
    this.#cancelBeat = this.#clock.after(HEARTBEAT_MS, () => {
      if (this.#isOurs()) this.#beatLater();
      else this.#lost();
    });
  }

  #isOurs(): boolean {
    try {
      return this.#files.beat(this.#lock, this.#clock.now());
    } catch {
      return false;
    }
  }
}

/** @returns `undefined` where somebody was on his way at the same moment. */
async function attempt(files: LockFiles, clock: Clock): Promise<FoundLock | undefined> {
  const found = files.list();
  for (const lock of found) {
    if (await isAlive(files, lock, clock)) throw locked();
  }
  const dead = new Set(found.map(({ text }) => text));
  const own = files.create(Math.max(0, ...found.map(({ number }) => number)) + 1, ownIdentity());
  if (own === undefined) return undefined;
  // Another number may have been taken meanwhile. Both wrote before they looked, so one of the two sees the other.
  if (files.list().some(({ text }) => text !== own.text && !dead.has(text))) {
    files.remove(own);
    return undefined;
  }
  found.forEach((lock) => {
    files.remove(lock);
  });
  return own;
}

async function isAlive(files: LockFiles, lock: FoundLock, clock: Clock): Promise<boolean> {
  const isSeen = lock.holder === undefined ? undefined : isRunning(lock.holder);
  if (isSeen !== undefined) return isSeen;
  // Its clock may differ from ours, so what counts is whether anything changes while we look.
  for (let waited = 0; waited < SILENCE_MS; waited += LOOK_MS) {
    await pause(clock, LOOK_MS);
    const now = files.list().find(({ number }) => number === lock.number);
    if (now === undefined) return false;
    if (now.text !== lock.text || now.beatAt !== lock.beatAt) return true;
  }
  return false;
}

const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });

const locked = (): StorageError =>
  new StorageError(
    'STORAGE_LOCKED',
    'The embedded database is in use by another process, or twice by this one. Give each process a directory of its own ' +
      '(IP_RISK_DATA_DIR), or all of them one Postgres (DATABASE_URL).',
  );
