/** An object out of JSON. Read its fields with the functions here: they see own fields only, never a prototype's. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The value as an object; `undefined` for anything else, lists included. */
export function recordOf(value: unknown): JsonRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined;
}

/** The object's own field. */
export function fieldOf(record: JsonRecord | undefined, name: string): unknown {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** `undefined` unless the field is an object. */
export function objectIn(record: JsonRecord | undefined, name: string): JsonRecord | undefined {
  return recordOf(fieldOf(record, name));
}

/** `undefined` unless the field is true or false: "false", 0 and null state nothing. */
export function flagIn(record: JsonRecord | undefined, name: string): boolean | undefined {
  const value = fieldOf(record, name);
  return typeof value === 'boolean' ? value : undefined;
}

/** Trimmed, without control characters, at most 256 characters; `undefined` when empty or no text. */
export function textIn(record: JsonRecord | undefined, name: string): string | undefined {
  const value = fieldOf(record, name);
  return typeof value === 'string' ? cleanText(value) : undefined;
}

/** Text out of one text or a list of texts, joined by ", ". */
export function textsIn(record: JsonRecord | undefined, name: string): string | undefined {
  const value = fieldOf(record, name);
  const texts = Array.isArray(value) ? value : [value];
  const clean = texts.flatMap((text) => (typeof text === 'string' ? (cleanText(text) ?? []) : []));
  return clean.length === 0 ? undefined : clean.slice(0, 16).join(', ');
}

/** `undefined` unless the field is a finite number from `least` to `most`. Text is no number. */
export function numberIn(
  record: JsonRecord | undefined,
  name: string,
  least = -Infinity,
  most = Infinity,
): number | undefined {
  const value = fieldOf(record, name);
  return typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most ? value : undefined;
}

/** The same for vendors that write numbers as text: `"59.40510"`. */
export function numberOrTextIn(
  record: JsonRecord | undefined,
  name: string,
  least = -Infinity,
  most = Infinity,
): number | undefined {
  const value = fieldOf(record, name);
  if (typeof value !== 'string') return numberIn(record, name, least, most);
  if (!/^-?\d{1,15}(\.\d{1,20})?$/.test(value)) return undefined;
  const number = Number(value);
  return number >= least && number <= most ? number : undefined;
}

/** An ISO 3166-1 alpha-2 code in upper case; `undefined` for anything else. */
export function countryCodeIn(record: JsonRecord | undefined, name: string): string | undefined {
  const text = textIn(record, name);
  // Matched before upper case: "ß" would become SS, South Sudan.
  return text !== undefined && /^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : undefined;
}

/** An ISO 8601 day out of a date or date-time; `undefined` for anything else, an impossible date included. */
export function dayIn(record: JsonRecord | undefined, name: string): string | undefined {
  const day = /^\d{4}-\d{2}-\d{2}(?=$|[T ])/.exec(textIn(record, name) ?? '')?.[0];
  if (day === undefined) return undefined;
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) || !new Date(time).toISOString().startsWith(day) ? undefined : day;
}

function cleanText(text: string): string | undefined {
  // Control characters and line separators would let a vendor write log lines of its own; half a surrogate pair, also
  // one that the cut leaves, is no text that a database takes.
  const clean = text
    .slice(0, 256)
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, ' ')
    .trim();
  return clean === '' ? undefined : clean;
}
