import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';
import { parseIpPrefix, type IpPrefix } from '../../../../common/ip/ip-prefix.js';
import { specialPurposeOf } from '../../../../common/ip/special-purpose.js';
import type { FeedEntry } from './feed-entries.js';
import { appendAggregated } from './prefix-aggregation.js';

/** What a feed says, checked. */
export interface ParsedFeed {
  /** Neighbouring halves are joined, so there may be fewer than were written. */
  readonly prefixes: readonly IpPrefix[];
  readonly asns: readonly number[];
  /** Valid entries as written, without the special-purpose ones. */
  readonly entries: number;
  /** Entries in special-purpose space, left out: no client comes from there. */
  readonly specialPurpose: number;
}

/** A list may hold a header or a typing error; more than this share is an error page or a cut file. */
const MOST_UNREADABLE = 0.1;
/** Nobody owns a wider block, and one poisoned 0.0.0.0/0 would lock everybody out. */
const WIDEST = { 4: 8, 6: 16 } as const;
const HIGHEST_ASN = 0xffffffff;

/** Collects the entries of one feed, and refuses the feed as a whole when it cannot be meant. */
export class FeedTally {
  private readonly prefixes: IpPrefix[] = [];
  private readonly asns = new Set<number>();
  private entries = 0;
  private unreadable = 0;
  private specialPurpose = 0;

  /** @throws InvalidDatasetError for a block wider than anybody owns. */
  add(entry: FeedEntry): void {
    if (typeof entry === 'number') {
      this.addAsn(entry);
      return;
    }
    const prefix = entry === undefined ? undefined : parseIpPrefix(entry);
    if (prefix === undefined) this.unreadable += 1;
    else this.addPrefix(prefix);
  }

  /** @throws InvalidDatasetError when too little of the feed could be read. */
  finish(): ParsedFeed {
    const { prefixes, asns, entries, unreadable, specialPurpose } = this;
    const total = entries + unreadable + specialPurpose;
    if (unreadable > total * MOST_UNREADABLE) {
      throw new InvalidDatasetError(
        `${unreadable} of its ${total} entries are unreadable: it is another format, an error page or a cut file.`,
      );
    }
    if (entries === 0) throw new InvalidDatasetError('It has no valid entry.');
    return { prefixes, asns: [...asns], entries, specialPurpose };
  }

  private addAsn(asn: number): void {
    if (!Number.isInteger(asn) || asn < 1 || asn > HIGHEST_ASN) {
      this.unreadable += 1;
      return;
    }
    this.asns.add(asn);
    this.entries += 1;
  }

  private addPrefix(prefix: IpPrefix): void {
    const isTooWide = prefix.length < WIDEST[prefix.first.family];
    if (isTooWide && !isOutsideUnicast(prefix)) {
      throw new InvalidDatasetError(`It holds ${prefix.text}, wider than anybody owns.`);
    }
    if (isTooWide || specialPurposeOf(prefix.first) !== undefined) {
      this.specialPurpose += 1;
      return;
    }
    appendAggregated(this.prefixes, prefix);
    this.entries += 1;
  }
}

/** Lists of bogons hold 224.0.0.0/3 and its IPv6 likes: wide, and harmless, as no client can come from there. */
function isOutsideUnicast({ first, length }: IpPrefix): boolean {
  if (length < 3) return false;
  return first.family === 4 ? first.value >>> 29 === 7 : first.words[0] >>> 29 !== 1;
}
