import { TurnTaker } from '../../common/async/turn-taker.js';
import { parseIpAddress } from '../../common/ip/ip-address.js';
import type { AssessmentService } from '../assessment/assessment.service.js';
import { assessInBulk, type AddressList } from '../assessment/bulk-assessment.js';
import type { DigestedPolicy } from '../policy/policy-digest.js';
import { isNearThreshold } from '../policy/threshold-doubt.js';
import { SCORECARDS } from '../scoring/scorecards.js';
import { bulkItem, invalidItem } from './bulk-item.js';

/** How items become one text. */
export interface BulkFormat {
  readonly type: string;
  readonly start: string;
  readonly between: string;
  readonly end: string;
}

export const JSON_ARRAY: BulkFormat = {
  type: 'application/json; charset=utf-8',
  start: '[\n',
  between: ',\n',
  end: '\n]\n',
};
export const JSON_LINES: BulkFormat = { type: 'application/x-ndjson', start: '', between: '\n', end: '\n' };

export interface BulkOrder {
  readonly ips: readonly unknown[];
  readonly policy: DigestedPolicy;
  /** Points around a threshold that leave doubt. */
  readonly escalationBand: number;
  readonly format: BulkFormat;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Bytes that are written at once: a stream takes its time for every piece. */
const PIECE_BYTES = 64 * 1024;

/** Items between two turns of the event loop: some 0.2 ms. Batches of vendors' answers can be longer. */
const ITEMS_IN_ONE_TURN = 16;

/** Characters that are gathered before they become bytes: some twenty items. */
const TURN_CHARACTERS = 8 * 1024;

/**
 * The answer in pieces, one item for each entry and in their order. Works ahead of its reader by one piece: who does not
 * read on has nothing more looked up.
 */
export async function* bulkAnswer(
  assessments: AssessmentService,
  { ips, policy, escalationBand, format, signal }: BulkOrder,
): AsyncGenerator<Buffer, void, undefined> {
  const { thresholds, scorecard } = policy.policy;
  const isVendorsCard = !Object.hasOwn(SCORECARDS, scorecard);
  const isDoubtful = (score: number): boolean => isVendorsCard || isNearThreshold(score, thresholds, escalationBand);
  const turns = new TurnTaker(assessments.requestsSeen);
  let text = format.start;
  let index = 0;
  let piece: Buffer[] = [];
  let bytes = 0;
  for await (const batch of assessInBulk(assessments, addressesIn(ips), isDoubtful)) {
    for (const assessment of batch) {
      const entry = ips[index];
      if (index > 0) text += format.between;
      text += assessment === undefined ? invalidItem(entry) : bulkItem(entry as string, assessment, policy);
      index += 1;
      // As bytes at once: text that is put together grows old enough here to be moved about by every collection.
      if (text.length >= TURN_CHARACTERS) {
        const written = Buffer.from(text);
        piece.push(written);
        bytes += written.length;
        text = '';
      }
      if (bytes >= PIECE_BYTES) {
        yield Buffer.concat(piece, bytes);
        [piece, bytes] = [[], 0];
      }
      if (index % ITEMS_IN_ONE_TURN === 0 && batch.length > ITEMS_IN_ONE_TURN) await turns.giveWay();
    }
    // A stream that is closed says so at the next piece only, which can be many lookups away.
    if (signal.aborted) return;
  }
  yield Buffer.concat([...piece, Buffer.from(text + format.end)]);
}

/** Reads an entry whenever it is asked for it: 50,000 addresses are not held beside their texts. */
function addressesIn(entries: readonly unknown[]): AddressList {
  return {
    length: entries.length,
    at: (index) => {
      const entry = entries[index];
      return typeof entry === 'string' ? parseIpAddress(entry) : undefined;
    },
  };
}
