/**
 * The order of a user's history: by time, then by event id. Ids are compared by code point, which is what
 * `order by ts, event_id collate "C"` does in a database of UTF-8.
 */
export function byTime(
  a: { readonly ts: number; readonly eventId: string },
  b: { readonly ts: number; readonly eventId: string },
): number {
  return a.ts - b.ts || compareCodePoints(a.eventId, b.eventId);
}

function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rankOf(a.charCodeAt(index)) - rankOf(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Surrogates stand for the code points above U+FFFF, but come before U+E000 as units of UTF-16. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
