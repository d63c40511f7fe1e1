import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Enough of a process to tell it from another one that has its number later, or somewhere else. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Names the place within which process numbers mean something: host, its boot, and container. */
  readonly place: string;
  /** When it started, in the system's own unit; `undefined` where the system does not tell. */
  readonly startedAt: string | undefined;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, place: ownPlace(), startedAt: startOf(process.pid) };
}

/**
 * Whether that process runs. `undefined` where that cannot be seen from here: it is in another container or on another
 * host, or the system does not tell one process from the next with its number.
 */
export function isRunning(process: ProcessIdentity): boolean | undefined {
  if (process.place !== ownPlace()) return undefined;
  if (!isNumberTaken(process.pid)) return false;
  const startedAt = startOf(process.pid);
  if (process.startedAt === undefined) return undefined;
  return startedAt === process.startedAt;
}

function isNumberTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process says EPERM.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Linux only, where containers are: elsewhere the heartbeat decides. */
function startOf(pid: number): string | undefined {
  const stat = textOf(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The name in parentheses may hold anything, parentheses and spaces too.
  const [state, ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  // One that ended and waits to be buried runs no more.
  return state === undefined || state === 'Z' || state === 'X' ? undefined : fields[18];
}

function ownPlace(): string {
  const boot = textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  const namespace = textOf(() => readlinkSync('/proc/self/ns/pid'));
  return [hostname(), boot, namespace].filter((part) => part !== undefined).join(' ');
}

function textOf(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
