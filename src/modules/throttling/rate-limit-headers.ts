import { THROTTLER_NAME, WINDOW_MS, type Allowance } from './throttle.js';

/** The fields of draft-ietf-httpapi-ratelimit-headers, structured as of revision 08, and `Retry-After` for who is refused. */
export function rateLimitHeaders({ isRefused, quota, remaining, resetSeconds }: Allowance): [string, string][] {
  const headers: [string, string][] = [
    ['ratelimit-policy', `"${THROTTLER_NAME}";q=${quota};w=${WINDOW_MS / 1000}`],
    ['ratelimit', `"${THROTTLER_NAME}";r=${remaining};t=${resetSeconds}`],
  ];
  if (isRefused) headers.push(['retry-after', String(resetSeconds)]);
  return headers;
}
