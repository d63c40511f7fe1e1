import type { Clock } from '../../../common/clock/clock.js';
import type { CallContext } from '../../../common/http/vendor-http-client.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligence } from '../ip-intelligence.js';
import type { IpIntelligenceProvider } from '../ip-intelligence-provider.js';
import type { LaneContext, VendorLane } from '../protection/vendor-lane.js';
import { askProvider } from '../protection/ask-provider.js';
import { withinDeadline, withinShare } from './lookup-deadline.js';
import type { LookupOutcome } from './lookup-outcome.js';
import { askLaneInBulk } from './vendor-turns.js';
import type { Results, VerdictQuorum } from './verdict-quorum.js';

export interface BulkLookupsOptions {
  readonly offline: readonly IpIntelligenceProvider[];
  readonly lanes: readonly VendorLane[];
  readonly verdict: VerdictQuorum;
  /** Vendors one after the other, each for the addresses that are still without a verdict. */
  readonly isInTurn: boolean;
  /** Vendors only where offline answers leave doubt. */
  readonly isEscalating: boolean;
  /** Milliseconds for one batch. */
  readonly deadlineMs: number;
  readonly clock: Clock;
}

/** Addresses of one batch, chosen so that it ends well before its deadline. */
const BATCH_OF_BULK_CALLS = 500;
const BATCH_OF_SINGLE_CALLS = 64;

/** One address on its way through a batch. */
interface Row {
  readonly address: IpAddress;
  readonly results: Results;
}

/** Looks many addresses up, in the vendors' own bulk calls where they have them, beside the requests' lane. */
export class BulkLookups {
  constructor(private readonly options: BulkLookupsOptions) {}

  /** Most addresses of one {@link lookup}. */
  get batchSize(): number {
    const areAllInBulk = this.options.lanes.every(({ provider }) => provider.bulk !== undefined);
    return areAllInBulk ? BATCH_OF_BULK_CALLS : BATCH_OF_SINGLE_CALLS;
  }

  /**
   * @param leavesDoubt under `escalate`: whether offline answers are not enough.
   * @returns one outcome for each address, in their order. Rejects only where `leavesDoubt` throws.
   */
  async lookup(
    addresses: readonly IpAddress[],
    leavesDoubt: (offlineAnswers: readonly IpIntelligence[]) => boolean,
  ): Promise<LookupOutcome[]> {
    const { clock, deadlineMs, verdict, isEscalating } = this.options;
    const rows = addresses.map((address): Row => ({ address, results: [] }));
    const asked = new Set<Row>();
    await withinDeadline(clock, deadlineMs, async (context) => {
      const offline = this.askOffline(rows, context);
      if (isEscalating) await offline;
      const pending = rows.filter(({ results }) => {
        if (!isEscalating) return true;
        const { answers } = verdict.outcomeOf(results, false);
        return answers.length === 0 || leavesDoubt(answers);
      });
      for (const row of pending) asked.add(row);
      await Promise.all([offline, this.askVendors(pending, context)]);
    });
    return rows.map((row) => verdict.outcomeOf([...row.results], asked.has(row)));
  }

  private async askOffline(rows: readonly Row[], context: CallContext): Promise<void> {
    const { offline, verdict } = this.options;
    const offlineContext = { ...context, onQuota: () => undefined };
    const asking = offline.flatMap((provider) =>
      rows.map(async ({ address, results }) => {
        verdict.put(results, { providerId: provider.id, code: 'PROVIDER_TIMEOUT' });
        verdict.put(results, await askProvider(provider, address, offlineContext));
      }),
    );
    await Promise.all(asking);
  }

  private async askVendors(rows: readonly Row[], context: CallContext): Promise<void> {
    const { lanes, verdict, isInTurn, clock } = this.options;
    if (!isInTurn) {
      await Promise.all(lanes.map((lane) => this.askLane(lane, rows, context)));
      return;
    }
    let pending = rows;
    const wholeMs = context.deadlineAt - clock.now();
    for (const lane of lanes) {
      if (pending.length === 0 || context.signal.aborted) return;
      const asked = pending;
      const turn = { isLast: lane === lanes.at(-1), wholeMs };
      await withinShare(clock, context, turn, (own) => this.askLane(lane, asked, own));
      pending = pending.filter(({ results }) => !verdict.outcomeOf(results, true).hasQuorum);
    }
  }

  private async askLane(lane: VendorLane, rows: readonly Row[], context: LaneContext): Promise<void> {
    const { verdict } = this.options;
    for (const { results } of rows) verdict.put(results, { providerId: lane.provider.id, code: 'PROVIDER_TIMEOUT' });
    const addresses = rows.map(({ address }) => address);
    const answers = await askLaneInBulk(lane, addresses, context);
    for (const [index, { results }] of rows.entries()) {
      const answer = answers[index];
      if (answer !== undefined) verdict.put(results, answer);
    }
  }
}
