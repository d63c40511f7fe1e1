import type { MaybePromise } from '../../../common/async/maybe-promise.js';
import type { Clock } from '../../../common/clock/clock.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligenceProvider, LookupContext } from '../ip-intelligence-provider.js';
import { VendorLane } from '../protection/vendor-lane.js';
import { askProvider } from '../protection/ask-provider.js';
import { BulkLookups } from './bulk-lookups.js';
import { withinDeadline } from './lookup-deadline.js';
import { checkLookupOptions, type LookupStrategy, type ProviderLookupOptions } from './lookup-options.js';
import type { Settled } from '../protection/provider-result.js';
import type { LookupOutcome } from './lookup-outcome.js';
import { askInTurn, askTogether } from './vendor-turns.js';
import { VerdictQuorum, type Results } from './verdict-quorum.js';

const NEVER_ABORTED: LookupContext = {
  signal: new AbortController().signal,
  deadlineAt: Infinity,
  onQuota: () => undefined,
};

/** Part of the deadline from which an answer is slow: the next one may come too late. */
const SLOW_SHARE = 0.8;

/**
 * Asks providers by the strategy and keeps what arrives before the one deadline. Never throws and never rejects: a
 * failure is part of the outcome.
 */
export class ProviderLookup {
  /** The way to each vendor, in order of preference. */
  readonly lanes: readonly VendorLane[];
  readonly bulk: BulkLookups;
  private readonly providers: readonly IpIntelligenceProvider[];
  private readonly offline: readonly IpIntelligenceProvider[];
  private readonly verdict: VerdictQuorum;
  private readonly deadlineMs: number;
  private readonly strategy: LookupStrategy;
  private readonly clock: Clock;

  /** @throws InvalidConfigurationError for options that cannot be meant. */
  constructor(options: ProviderLookupOptions) {
    checkLookupOptions(options);
    const { providers, clock, ledger, quorum = 1 } = options;
    const vendors = providers.filter(({ kind }) => kind === 'vendor');
    this.providers = providers;
    this.offline = providers.filter(({ kind }) => kind === 'offline');
    this.deadlineMs = options.deadlineMs ?? 300;
    const slowCallMs = SLOW_SHARE * this.deadlineMs;
    this.lanes = vendors.map((provider) => new VendorLane(provider, clock, ledger, slowCallMs));
    this.verdict = new VerdictQuorum(providers, quorum);
    this.strategy = options.strategy ?? 'parallel';
    this.clock = clock;
    this.bulk = new BulkLookups({
      offline: this.offline,
      lanes: this.lanes,
      verdict: this.verdict,
      isInTurn: this.strategy === 'fallback',
      isEscalating: this.escalates,
      deadlineMs: options.bulkDeadlineMs ?? 10_000,
      clock,
    });
  }

  /** True when offline data may do alone. */
  get escalates(): boolean {
    return this.strategy === 'escalate';
  }

  get hasVendors(): boolean {
    return this.lanes.length > 0;
  }

  /** Changes whenever the data behind any provider does. */
  get dataVersion(): number {
    let sum = 0;
    for (const { dataVersion = 0 } of this.providers) sum += dataVersion;
    return sum;
  }

  /** Takes over what earlier processes spent today. */
  async start(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.start()));
  }

  /** @param asksVendors asks them under `escalate` although offline data has an answer. */
  lookup(address: IpAddress, asksVendors = false): MaybePromise<LookupOutcome> {
    const offline = this.offline.map((provider) => askProvider(provider, address, NEVER_ABORTED));
    if (this.hasVendors && (asksVendors || !this.escalates)) {
      return this.lookupWithin(address, offline, this.lanes, this.deadlineMs);
    }
    if (!offline.every((answer): answer is Settled => !(answer instanceof Promise))) {
      return this.offlineThenVendors(address, offline);
    }
    const outcome = this.verdict.outcomeOf(offline, false);
    return this.needsVendors(outcome) ? this.lookupWithin(address, offline, this.lanes, this.deadlineMs) : outcome;
  }

  /** True when answers of these providers would be enough for a verdict; under `escalate` offline data alone is. */
  isQuorum(providerIds: readonly string[]): boolean {
    const hasOffline = this.escalates && this.offline.some(({ id }) => providerIds.includes(id));
    return hasOffline || this.verdict.isQuorum(providerIds);
  }

  private async offlineThenVendors(
    address: IpAddress,
    offline: readonly MaybePromise<Settled>[],
  ): Promise<LookupOutcome> {
    if (!this.hasVendors) return this.lookupWithin(address, offline, [], this.deadlineMs);
    // The other half is the vendors': both together may take no longer than the deadline.
    const outcome = await this.lookupWithin(address, offline, [], this.deadlineMs / 2);
    return this.needsVendors(outcome) ? this.lookupWithin(address, offline, this.lanes, this.deadlineMs / 2) : outcome;
  }

  private needsVendors({ answers }: LookupOutcome): boolean {
    return this.hasVendors && (!this.escalates || answers.length === 0);
  }

  private async lookupWithin(
    address: IpAddress,
    offline: readonly MaybePromise<Settled>[],
    lanes: readonly VendorLane[],
    ms: number,
  ): Promise<LookupOutcome> {
    const results: Results = [];
    const put = (result: Settled): void => {
      this.verdict.put(results, result);
    };
    const { clock } = this;
    const isEnough = (): boolean => this.verdict.outcomeOf(results, true).hasQuorum;
    for (const { id } of this.offline) put({ providerId: id, code: 'PROVIDER_TIMEOUT' });
    await withinDeadline(clock, ms, async (context) => {
      const vendors =
        this.strategy === 'fallback'
          ? askInTurn(lanes, address, context, { isEnough, clock, put })
          : askTogether(lanes, address, context, put);
      const known = offline.map(async (answer) => {
        put(await answer);
      });
      await Promise.all([vendors, ...known]);
    });
    // A copy: answers that arrive later may not change what is decided on.
    return this.verdict.outcomeOf([...results], lanes.length > 0);
  }
}
