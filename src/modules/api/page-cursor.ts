import type { PageCursor } from '../../common/paging/page-cursor.js';
import { invalidRequest } from './invalid-request.js';
import type { ParameterReader } from './query-parameters.js';

const WRITTEN = /^(\d{1,15})\.([a-z][a-z0-9]{23})$/;
/** Milliseconds since 1970 of the year 10000: no `Date` writes what is later so that Postgres reads it. */
const END_MS = Date.UTC(10_000, 0);

/** The `next_cursor` of an answer; `null` on the last page. Opaque to whoever pages: it is only given back. */
export function writePageCursor(cursor: PageCursor | undefined): string | null {
  return cursor === undefined ? null : Buffer.from(`${cursor.at}.${cursor.id}`).toString('base64url');
}

/** The `next_cursor` of the page before. */
export const pageCursor: ParameterReader<PageCursor | undefined> = (text, name) => {
  if (text === undefined) return undefined;
  const [, at, id] = WRITTEN.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (at !== undefined && id !== undefined && Number(at) < END_MS) return { at: Number(at), id };
  throw invalidRequest(`${name} must be the next_cursor of an answer to the same question.`);
};
