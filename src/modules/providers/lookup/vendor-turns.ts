import type { Clock } from '../../../common/clock/clock.js';
import type { CallContext } from '../../../common/http/vendor-http-client.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type { VendorLane } from '../protection/vendor-lane.js';
import { withinShare } from './lookup-deadline.js';
import { failureIn, type Settled } from '../protection/provider-result.js';

/** Takes what a vendor says, as it comes; until then a vendor that was asked has timed out. */
export type Put = (result: Settled) => void;

/** Every vendor at once. */
export async function askTogether(
  lanes: readonly VendorLane[],
  address: IpAddress,
  context: CallContext,
  put: Put,
): Promise<void> {
  for (const lane of lanes) put(timeoutOf(lane));
  await Promise.all(
    lanes.map(async (lane) => {
      put(await lane.ask(address, context));
    }),
  );
}

/** One vendor after the other until `quorum` have answered, each within its share of the time that is left. */
export async function askInTurn(
  lanes: readonly VendorLane[],
  address: IpAddress,
  context: CallContext,
  { quorum, clock, put }: { readonly quorum: number; readonly clock: Clock; readonly put: Put },
): Promise<void> {
  let answered = 0;
  for (const [index, lane] of lanes.entries()) {
    if (answered >= quorum || context.signal.aborted) return;
    put(timeoutOf(lane));
    const result = await withinShare(clock, context, lanes.length - index, (turn) => lane.ask(address, turn));
    put(result);
    if (failureIn(result) === undefined) answered += 1;
  }
}

function timeoutOf({ provider }: VendorLane): Settled {
  return { providerId: provider.id, code: 'PROVIDER_TIMEOUT' };
}

/** Calls of one bulk lookup to one vendor at the same time, where it has no bulk endpoint. */
const BULK_CONCURRENCY = 4;

/** Asks one vendor about many addresses: in its bulk calls where it has them, else one by one, a few at a time. */
export async function askLaneInBulk(
  lane: VendorLane,
  addresses: readonly IpAddress[],
  context: CallContext,
): Promise<readonly Settled[]> {
  const { bulk } = lane.provider;
  const results: Settled[] = [];
  if (bulk !== undefined) {
    for (let from = 0; from < addresses.length; from += bulk.size) {
      results.push(...(await lane.askInBulk(addresses.slice(from, from + bulk.size), context)));
    }
    return results;
  }
  const queue = addresses.entries();
  const work = async (): Promise<void> => {
    for (const [index, address] of queue) results[index] = await lane.ask(address, context, true);
  };
  await Promise.all(Array.from({ length: BULK_CONCURRENCY }, work));
  return results;
}
