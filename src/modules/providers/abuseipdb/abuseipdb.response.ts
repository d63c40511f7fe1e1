import type { Clock } from '../../../common/clock/clock.js';
import {
  retryAfterOf,
  secondsIn,
  wholeNumberIn,
  type FailureReader,
  type VendorAnswer,
} from '../../../common/http/vendor-answer.js';
import { fieldOf, objectIn, recordOf, textIn, type JsonRecord } from '../../../common/json/json-fields.js';
import type { VendorQuota } from '../ip-intelligence-provider.js';

/** `data` of `{"data": {...}}`. */
export function dataIn({ body }: VendorAnswer): JsonRecord | undefined {
  return objectIn(recordOf(body), 'data');
}

/** What is left of the day's checks; `undefined` where the answer does not say. */
export function quotaIn(answer: VendorAnswer, clock: Clock): VendorQuota | undefined {
  const remaining = wholeNumberIn(answer.header('x-ratelimit-remaining'));
  return remaining === undefined ? undefined : { remaining, resetAfterMs: resetAfterOf(answer, clock) };
}

/** Tells a spent day, which stays spent, from a burst, which passes. */
export function abuseipdbFailures(clock: Clock): FailureReader {
  return (answer) => {
    if (answer.status !== 429) return undefined;
    const code = isDaySpent(answer, clock) ? 'PROVIDER_QUOTA' : 'PROVIDER_RATE_LIMITED';
    return { code, retryAfterMs: resetAfterOf(answer, clock) };
  };
}

function isDaySpent(answer: VendorAnswer, clock: Clock): boolean {
  if (quotaIn(answer, clock)?.remaining === 0) return true;
  const errors = fieldOf(recordOf(answer.body), 'errors');
  return Array.isArray(errors) && errors.some((error) => /^daily /i.test(textIn(recordOf(error), 'detail') ?? ''));
}

/** Its day need not begin in UTC. `Retry-After` comes first: it does not depend on two clocks that agree. */
function resetAfterOf(answer: VendorAnswer, clock: Clock): number | undefined {
  const resetAt = secondsIn(answer.header('x-ratelimit-reset'));
  const untilReset = resetAt === undefined ? undefined : resetAt - clock.now();
  return retryAfterOf(answer) ?? (untilReset !== undefined && untilReset > 0 ? untilReset : undefined);
}
