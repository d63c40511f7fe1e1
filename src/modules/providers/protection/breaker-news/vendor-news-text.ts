import { fieldOf, numberIn, recordOf } from '../../../../common/json/json-fields.js';
import type { EntrySeal } from '../../../../common/redis/entry-seal.js';
import { PAUSE_CODES, type VendorNews } from './breaker-news.js';

/** Characters that are read; ours are much shorter. */
export const LONGEST_TEXT = 512;

export interface VendorNewsTextOptions {
  readonly seal: EntrySeal;
  /** A name of the process that no other has. */
  readonly self: string;
  /** Names the account at a vendor; a pause of one is none of another. */
  readonly accountOf: (providerId: string) => string;
}

/** Writes news for other processes, and reads theirs where it was sealed for that place and is of the same account. */
export class VendorNewsText {
  constructor(private readonly options: VendorNewsTextOptions) {}

  /** @param place the channel or key that it is for; it cannot be read in another. */
  write(place: string, news: VendorNews): string {
    const { seal, self, accountOf } = this.options;
    return seal.close(place, { from: self, account: accountOf(news.providerId), ...news });
  }

  /**
   * Reads what {@link write} wrote.
   *
   * @returns `undefined` for anything else, for what is of another account, and for what the process wrote itself.
   */
  read(place: string, text: string): VendorNews | undefined {
    const { seal, self, accountOf } = this.options;
    const record = text.length > LONGEST_TEXT ? undefined : recordOf(seal.open(place, text));
    const from = fieldOf(record, 'from');
    const providerId = fieldOf(record, 'providerId');
    if (typeof from !== 'string' || from === self || typeof providerId !== 'string') return undefined;
    if (fieldOf(record, 'account') !== accountOf(providerId)) return undefined;
    const kind = fieldOf(record, 'kind');
    if (kind === 'suspected') return { kind, providerId };
    const code = PAUSE_CODES.find((known) => known === fieldOf(record, 'code'));
    const pauseMs = numberIn(record, 'pauseMs', 0);
    return kind === 'paused' && code !== undefined && pauseMs !== undefined
      ? { kind, providerId, code, pauseMs }
      : undefined;
  }
}
