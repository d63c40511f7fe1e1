import { TurnTaker } from '../../common/async/turn-taker.js';
import { effectiveAddress } from '../../common/ip/embedded-ipv4.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import type { AssessmentService } from './assessment.service.js';
import type { KnownAssessments } from './batch-assessor.js';
import { NetworkTally } from './network-tally.js';
import type { RiskAssessment } from './risk-assessment.js';

/** A list of addresses, also one that reads each of them only when it is asked. Places may be without an address. */
export interface AddressList {
  readonly length: number;
  readonly at: (index: number) => IpAddress | undefined;
}

/** Addresses that are read and counted between two turns of the event loop: some 0.2 ms. */
const COUNTED_IN_ONE_TURN = 256;

/**
 * Assesses a list batch by batch, in its order, and lets waiting requests have their turn between two batches. Each
 * network is looked up once; only those that come again are kept, so that the length of the list takes little memory.
 *
 * @returns batches of one assessment for each place of the list, and `undefined` for one without an address.
 */
export async function* assessInBulk(
  assessments: AssessmentService,
  addresses: AddressList,
  isDoubtful: (score: number) => boolean,
): AsyncGenerator<readonly (RiskAssessment | undefined)[], void, undefined> {
  const kept = new Map<string, RiskAssessment>();
  const turns = new TurnTaker(assessments.requestsSeen);
  const tally = await tallyOf(addresses, turns);
  const { batches } = assessments;
  const batchSize = batches.size;
  for (let from = 0; from < addresses.length; from += batchSize) {
    const batch = new Map<string, RiskAssessment>();
    const known: KnownAssessments = {
      get: (key) => batch.get(key) ?? kept.get(key),
      set: (key, assessment, target) => (tally.mayComeAgain(target) ? kept : batch).set(key, assessment),
    };
    const end = Math.min(from + batchSize, addresses.length);
    const places: (IpAddress | undefined)[] = [];
    for (let index = from; index < end; index += 1) places.push(addresses.at(index));
    yield await batches.assess(places, isDoubtful, known);
    await turns.giveWay();
  }
}

async function tallyOf(addresses: AddressList, turns: TurnTaker): Promise<NetworkTally> {
  const tally = new NetworkTally(addresses.length);
  for (let index = 0; index < addresses.length; index += 1) {
    const address = addresses.at(index);
    if (address !== undefined) tally.add(effectiveAddress(address));
    if (index % COUNTED_IN_ONE_TURN === COUNTED_IN_ONE_TURN - 1) await turns.giveWay();
  }
  return tally;
}
