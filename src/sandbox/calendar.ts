const DAY_MS = 86_400_000;

/** The day `days` before today, as `YYYY-MM-DD`. Vendors' "last seen" ages with the calendar, so fixed days would too. */
export function daysAgo(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
}

/** Seconds since 1970 at which the current UTC day ends, which is when daily quotas renew. */
export function endOfDaySeconds(): number {
  return (Math.floor(Date.now() / DAY_MS) + 1) * (DAY_MS / 1000);
}

export function secondsUntilEndOfDay(): number {
  return endOfDaySeconds() - Math.floor(Date.now() / 1000);
}
