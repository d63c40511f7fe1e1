import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../common/clock/clock.js';
import type { CallContext } from '../../../common/http/vendor-http-client.js';

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

/** Gives one turn of several its share of the time that is left, so that whoever hangs first leaves the others theirs. */
export async function withinShare<T>(
  clock: Clock,
  { signal, deadlineAt }: CallContext,
  turnsLeft: number,
  work: (context: CallContext) => Promise<T>,
): Promise<T> {
  const now = clock.now();
  const share = (deadlineAt - now) / turnsLeft;
  const turn = new AbortController();
  setMaxListeners(0, turn.signal);
  const end = (): void => {
    turn.abort();
  };
  const cancel = clock.after(share, end);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await work({ signal: turn.signal, deadlineAt: now + share });
  } finally {
    cancel();
    signal.removeEventListener('abort', end);
  }
}
