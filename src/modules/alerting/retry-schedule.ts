/** Milliseconds after which an alert that could not be delivered is dead, counted from its making or its last replay. */
export const GIVE_UP_MS = 86_400_000;

const FIRST_DELAY_MS = 5000;
const LONGEST_DELAY_MS = 3_600_000;
/** Alerts that failed together are not tried again together. */
const JITTER = 0.2;

/** The longest that {@link nextTryDelayMs} makes anybody wait. */
export const MOST_DELAY_MS = LONGEST_DELAY_MS * (1 + JITTER);

/**
 * Milliseconds until the next try: 5 s, doubling to 1 h, each up to a fifth more or less.
 *
 * @param attempts tries that were made, 1 or more
 * @param random 0 to 1
 */
export function retryDelayMs(attempts: number, random: number): number {
  return Math.round(usualDelayMs(attempts) * (1 - JITTER + 2 * JITTER * random));
}

/**
 * The same where the service may have asked to wait: never sooner than it asked, but within the hour, since one wrong
 * header may not silence alerts for a day.
 *
 * @param retryAfterMs what the service asked for, `undefined` where it did not
 */
export function nextTryDelayMs(attempts: number, random: number, retryAfterMs: number | undefined): number {
  const asked = retryAfterMs !== undefined && retryAfterMs >= 0 ? Math.min(retryAfterMs, LONGEST_DELAY_MS) : 0;
  return Math.max(retryDelayMs(attempts, random), Math.round(asked * (1 + JITTER * random)));
}

/** The most tries that can be made from now on. @param untilMs milliseconds until the alert is given up */
export function triesWithin(attempts: number, untilMs: number): number {
  let tries = 1;
  for (let waited = 0; waited < untilMs; tries += 1) waited += retryDelayMs(attempts + tries, 0);
  return tries;
}

function usualDelayMs(attempts: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, attempts - 1));
}
