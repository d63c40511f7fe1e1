/**
 * To the metre and the millisecond: more is not known. `null` where it is unknown, and for a speed without end, which JSON
 * cannot name.
 */
export function toThousandths(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Math.round(value * 1000) / 1000;
}
