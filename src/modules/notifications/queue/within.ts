import type { Clock } from '../../../common/clock/clock.js';
import { QueueError } from './alert-queue.js';

/** Rejects where there is no answer in time; what comes of it later is nobody's. */
export async function within<T>(clock: Clock, ms: number, answer: Promise<T>): Promise<T> {
  let cancel: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => {
      reject(new QueueError(`The queue of alerts did not answer within ${ms} ms.`));
    });
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    cancel();
  }
}
