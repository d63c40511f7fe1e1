import type { Clock } from '../../../common/clock/clock.js';
import type { CallContext } from '../../../common/http/vendor-http-client.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type { LaneContext, VendorLane } from '../protection/vendor-lane.js';
import { withinShare } from './lookup-deadline.js';
import type { Settled } from '../protection/provider-result.js';

/** Takes what a vendor says, as it comes; until then a vendor that was asked has timed out. */
export type Put = (result: Settled) => void;

/** Every vendor at once. */
export async function askTogether(
  lanes: readonly VendorLane[],
  address: IpAddress,
  context: LaneContext,
  put: Put,
): Promise<void> {
  for (const lane of lanes) put(timeoutOf(lane));
  await Promise.all(
    lanes.map(async (lane) => {
      put(await lane.ask(address, context));
    }),
  );
}

/** How vendors are asked one after the other. */
export interface TurnOptions {
  readonly isEnough: () => boolean;
  readonly clock: Clock;
  readonly put: Put;
  /** Milliseconds of a lookup on which nothing was spent before. */
  readonly wholeMs: number;
}

/** One vendor after the other until there is a verdict, each within its share of the time that is left. */
export async function askInTurn(
  lanes: readonly VendorLane[],
  address: IpAddress,
  context: CallContext,
  { isEnough, clock, put, wholeMs }: TurnOptions,
): Promise<void> {
  for (const lane of lanes) {
    if (isEnough() || context.signal.aborted) return;
    put(timeoutOf(lane));
    const turn = { isLast: lane === lanes.at(-1), wholeMs };
    put(await withinShare(clock, context, turn, (own) => lane.ask(address, own)));
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
  context: LaneContext,
): Promise<readonly Settled[]> {
  const { bulk } = lane.provider;
  const results: Settled[] = [];
  if (bulk !== undefined) {
    while (results.length < addresses.length) {
      // What a call cannot pay for as a whole it may pay for in part; with nothing left the lane refuses.
      const size = Math.min(bulk.size, lane.affordable(true) || bulk.size);
      const part = addresses.slice(results.length, results.length + size);
      results.push(...(await lane.askInBulk(part, context)));
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
