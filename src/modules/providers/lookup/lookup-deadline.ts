import type { Clock } from '../../../common/clock/clock.js';
import type { CallContext } from '../../../common/http/vendor-http-client.js';

/** Runs the work until it is done or the time is over, whichever is first, and then tells everybody to stop. */
export async function withinDeadline(
  clock: Clock,
  ms: number,
  work: (context: CallContext) => Promise<void>,
): Promise<void> {
  const abort = new AbortController();
  await new Promise<void>((resolve) => {
    const cancel = clock.after(ms, resolve);
    void work({ signal: abort.signal, deadlineAt: clock.now() + ms }).finally(() => {
      cancel();
      resolve();
    });
  });
  abort.abort();
}
