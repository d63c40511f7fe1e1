import { InvalidLoginError } from '../../../common/errors/ip-risk.error.js';

/** In characters, as databases count them: code points. */
const LONGEST_USER_ID = 256;

/** Every client of HTTP takes these in a path for something else, so that nobody could ask for them or have them erased. */
const UNREACHABLE: ReadonlySet<string> = new Set(['.', '..']);

/** What programs write where they know no user. One of these would make one traveller out of everybody who is nobody. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  '',
  'anonymous',
  'anon',
  'guest',
  'null',
  'undefined',
  'none',
  'nil',
  'unknown',
  'n/a',
  'na',
  'nan',
  '-',
  '0',
  '-1',
  'not available',
  '[object object]',
]);

/** Control characters, NUL among them, and halves of surrogate pairs: a database stores neither, or makes two users one. */
const UNSTORABLE = /[\p{Cc}\p{Cs}]/u;

/**
 * True for 1–256 characters of any text but control characters, a placeholder (`anonymous`, `null`, `0`, …), mere space,
 * `.` and `..`.
 */
export function isUserId(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > 2 * LONGEST_USER_ID) return false;
  if (UNSTORABLE.test(text) || Array.from(text).length > LONGEST_USER_ID) return false;
  return !isNobody(text) && !UNREACHABLE.has(text);
}

/** True for what stands for no user: nothing, mere space, or a placeholder. */
export function isNobody(text: string): boolean {
  return PLACEHOLDERS.has(text.trim().toLowerCase());
}

/** @throws InvalidLoginError for anything that {@link isUserId} refuses; the message does not repeat it. */
export function assertUserId(text: unknown): asserts text is string {
  if (isUserId(text)) return;
  throw new InvalidLoginError(
    `A user id is text of 1-${LONGEST_USER_ID} characters without control characters, and no placeholder such as "anonymous", "null", "0" or ".".`,
  );
}
