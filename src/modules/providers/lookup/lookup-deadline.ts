import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../common/clock/clock.js';
import type { CallContext } from '../../../common/http/vendor-http-client.js';
import type { LaneContext } from '../protection/vendor-lane.js';

/** Runs the work until it is done or the time is over, whichever is first, and then tells everybody to stop. */
export async function withinDeadline(
  clock: Clock,
  ms: number,
  work: (context: CallContext) => Promise<void>,
): Promise<void> {
  const abort = new AbortController();
  // Every vendor's call listens to it; Node warns of a leak from the eleventh on.
  setMaxListeners(0, abort.signal);
  try {
    await new Promise<void>((resolve, reject) => {
      const cancel = clock.after(ms, resolve);
      work({ signal: abort.signal, deadlineAt: clock.now() + ms })
        .finally(cancel)
        .then(resolve, reject);
    });
  } finally {
    abort.abort();
  }
}

/** Part of the whole time below which a turn is too short to hold its end against anybody. */
const SHORT_TURN = 1 / 3;

export function isShortTurn(ms: number, wholeMs: number): boolean {
  return ms < wholeMs * SHORT_TURN;
}

/**
 * Gives one turn of several half of the time that is left, and the last one all of it: the preferred vendor gets the
 * most, and whoever hangs first leaves the others something. A turn of less than a third of the whole is cut short: a
 * vendor that hangs would otherwise have those behind it cut off, too, for what they could not do in its leavings.
 */
export async function withinShare<T>(
  clock: Clock,
  { signal, deadlineAt }: CallContext,
  { isLast, wholeMs }: { readonly isLast: boolean; readonly wholeMs: number },
  work: (context: LaneContext) => Promise<T>,
): Promise<T> {
  const now = clock.now();
  const share = (deadlineAt - now) / (isLast ? 1 : 2);
  const isCutShort = isShortTurn(share, wholeMs);
  const turn = new AbortController();
  setMaxListeners(0, turn.signal);
  const end = (): void => {
    turn.abort();
  };
  const cancel = clock.after(share, end);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await work({ signal: turn.signal, deadlineAt: now + share, isCutShort });
  } finally {
    cancel();
    signal.removeEventListener('abort', end);
  }
}
