import { ValidateBy, type ValidationOptions } from 'class-validator';

const ISO_8601 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|[+-]([01]\d|2[0-3]):?[0-5]\d)$/;

/** How an instant is written, for sentences. */
export const INSTANT_FORM = 'ISO 8601 text with a time zone, such as 2026-11-22T08:30:00Z, or milliseconds since 1970';

/** The instant as JSON names it; `null` where there is none, or none that a calendar has. */
export function isoInstant(ms: number | undefined): string | null {
  const date = new Date(ms ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/**
 * Milliseconds since 1970 of an instant that a caller wrote; `undefined` for anything else. A time without its zone is
 * none: the caller's clock and ours may be hours apart.
 */
export function readInstant(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const [, year, month, day] = ISO_8601.exec(value) ?? [];
  if (day === undefined || Number(day) > daysIn(Number(year), Number(month))) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}

/** For fields of bodies that {@link readInstant} reads. */
export function IsInstant(options: ValidationOptions): PropertyDecorator {
  const validator = { validate: (value: unknown) => readInstant(value) !== undefined };
  return ValidateBy({ name: 'isInstant', validator }, options);
}

/** `Date.parse` takes 30 February for 2 March. */
function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
