/** Escapes of what Postgres takes in no text: NUL, and halves of surrogate pairs, which JSON writes as escapes. */
const UNSTORABLE = /\\(?:\\|u0000|ud[89ab][0-9a-f]{2}|ud[c-f][0-9a-f]{2})/g;

/** JSON that Postgres stores whatever is in its texts. What it cannot store becomes the sign for an unknown character. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('\\u') ? text.replace(UNSTORABLE, replaced) : text;
}

/** A backslash that is meant is written as two, and the second one begins nothing. */
const replaced = (escape: string): string => (escape === '\\\\' ? escape : '\\ufffd');
