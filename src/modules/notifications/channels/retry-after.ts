const LONGEST_MS = 3_600_000;

/**
 * `Retry-After`, seconds or a date, as milliseconds; an hour at most, since one wrong header may not silence alerts.
 *
 * @param now milliseconds since 1970.
 */
export function retryAfterMs(text: string | null, now: number): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const value = text.trim();
  const ms = /^\d{1,10}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_MS);
}
