import { InvalidLoginError } from '../../../common/errors/ip-risk.error.js';

const DAY_MS = 86_400_000;
const MOST_ROWS = 10_000;

/** Which logins a fleet query looks at, and how much it answers. */
export interface FleetWindow {
  /** Milliseconds since 1970, the first instant of the window. */
  readonly since: number;
  /** Milliseconds since 1970, the first instant after it. */
  readonly until: number;
  /** Most rows in the answer, 1–10,000. @default 1000 */
  readonly limit?: number | undefined;
}

/** A window as statements take it. */
export interface QueryBounds {
  readonly since: string;
  readonly until: string;
  readonly limit: number;
}

/** @throws InvalidLoginError for a window that is empty or longer than `mostDays`, or a limit outside of its range. */
export function queryBounds({ since, until, limit = 1000 }: FleetWindow, mostDays: number): QueryBounds {
  // An instant that is none makes the comparison false.
  if (!(until - since > 0 && until - since <= mostDays * DAY_MS && isInstant(since) && isInstant(until))) {
    throw new InvalidLoginError(
      `The window is no span of time that logins are kept for; give "since" before "until", at most ${mostDays} days apart.`,
    );
  }
  assertWhole(limit, 'limit', MOST_ROWS);
  return { since: new Date(since).toISOString(), until: new Date(until).toISOString(), limit };
}

/** @throws InvalidLoginError for anything but a whole number of 1 to `most`. */
export function assertWhole(value: number, name: string, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new InvalidLoginError(`"${name}" is not a whole number of 1 to ${most}.`);
}

/** Years 1 to 9999: what both a `Date` and Postgres can write. */
function isInstant(ms: number): boolean {
  return ms >= Date.UTC(1, 0) && ms < Date.UTC(10_000, 0);
}
