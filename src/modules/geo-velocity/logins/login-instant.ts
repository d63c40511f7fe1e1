import { InvalidLoginError } from '../../../common/errors/ip-risk.error.js';

const DAY_MS = 86_400_000;
/** Clocks of others may be ahead of ours by so much. */
const MOST_AHEAD_MS = 60_000;

/**
 * Milliseconds since 1970 of a login, whole.
 *
 * @param now milliseconds since 1970
 * @throws InvalidLoginError for what is no instant, more than a minute ahead, or older than logins are kept.
 */
export function acceptedInstant(ts: Date | number | undefined, now: number, retentionDays: number): number {
  const instant = ts === undefined ? now : Math.trunc(Number(ts));
  if (!Number.isFinite(instant))
    throw new InvalidLoginError('The time of a login is a number of milliseconds since 1970.');
  if (instant > now + MOST_AHEAD_MS) {
    throw new InvalidLoginError(
      'The time of a login is in the future; compare the clocks, and the unit: milliseconds.',
    );
  }
  if (instant < now - retentionDays * DAY_MS) {
    throw new InvalidLoginError(
      `The time of a login is more than ${retentionDays} days ago, which is how long logins are kept.`,
    );
  }
  return instant;
}
