import { InvalidLoginError } from '../../../common/errors/ip-risk.error.js';

/** In characters, as databases count them: code points. */
const LONGEST_EVENT_ID = 128;

const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** @throws InvalidLoginError for anything but 1–128 characters without control characters; the message does not repeat it. */
export function assertEventId(text: unknown): asserts text is string {
  const isText = typeof text === 'string' && text !== '' && text.length <= 2 * LONGEST_EVENT_ID;
  if (isText && !UNPRINTABLE.test(text) && Array.from(text).length <= LONGEST_EVENT_ID) return;
  throw new InvalidLoginError(`An event id is text of 1-${LONGEST_EVENT_ID} characters without control characters.`);
}
