import { fieldOf, numberIn, recordOf } from '../../../../common/json/json-fields.js';
import { PAUSE_CODES, type VendorNews } from './breaker-news.js';

/** Characters that are read; ours are much shorter. */
export const LONGEST_TEXT = 512;

/** @param from a name of the process that no other has. */
export function writeVendorNews(news: VendorNews, from: string): string {
  return JSON.stringify({ from, ...news });
}

/**
 * Reads what {@link writeVendorNews} wrote.
 *
 * @param self the process that reads.
 * @returns `undefined` for anything else, and for what the process wrote itself.
 */
export function readVendorNews(text: string, self: string): VendorNews | undefined {
  const record = text.length > LONGEST_TEXT ? undefined : recordOf(parsed(text));
  const from = fieldOf(record, 'from');
  const providerId = fieldOf(record, 'providerId');
  if (typeof from !== 'string' || from === self || typeof providerId !== 'string') return undefined;
  const kind = fieldOf(record, 'kind');
  if (kind === 'suspected') return { kind, providerId };
  const code = PAUSE_CODES.find((known) => known === fieldOf(record, 'code'));
  const pauseMs = numberIn(record, 'pauseMs', 0);
  return kind === 'paused' && code !== undefined && pauseMs !== undefined
    ? { kind, providerId, code, pauseMs }
    : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
