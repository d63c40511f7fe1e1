/** Milliseconds since 1970 as ISO 8601 text in UTC, which both JSON and Postgres read. @throws RangeError for NaN */
export const isoText = (ms: number): string => new Date(ms).toISOString();
