import { whenReady, type MaybePromise } from '../../../common/async/maybe-promise.js';
import type { Clock } from '../../../common/clock/clock.js';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligenceProvider, LookupContext } from '../ip-intelligence-provider.js';
import { VendorLane } from '../protection/vendor-lane.js';
import { askProvider } from '../protection/ask-provider.js';
import { BulkLookups } from './bulk-lookups.js';
import { isShortTurn, withinDeadline } from './lookup-deadline.js';
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

/** What each offline provider says; most of them at once. */
export type OfflineAnswers = readonly MaybePromise<Settled>[];

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
  /** In order of preference. */
  readonly providers: readonly IpIntelligenceProvider[];
  private readonly offline: readonly IpIntelligenceProvider[];
  private readonly verdict: VerdictQuorum;
  /** Milliseconds that all providers together may take. */
  readonly deadlineMs: number;
  readonly strategy: LookupStrategy;
  /** Voices that make a verdict. */
  readonly quorum: number;
  private readonly clock: Clock;

  /** @throws InvalidConfigurationError for options that cannot be meant. */
  constructor(options: ProviderLookupOptions) {
    checkLookupOptions(options);
    const { providers, clock, ledger, news, quorum = 1 } = options;
    const vendors = providers.filter(({ kind }) => kind === 'vendor');
    this.providers = providers;
    this.offline = providers.filter(({ kind }) => kind === 'offline');
    this.deadlineMs = options.deadlineMs ?? 300;
    const slowCallMs = SLOW_SHARE * this.deadlineMs;
    this.lanes = vendors.map((provider) => new VendorLane({ provider, clock, ledger, slowCallMs, news }));
    this.quorum = quorum;
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

  /** The vendors, in order of preference. */
  get vendors(): readonly IpIntelligenceProvider[] {
    return this.lanes.map(({ provider }) => provider);
  }

  /** False while that vendor refuses every call unsent. @default of any vendor */
  mayAsk(vendorId?: string): boolean {
    return this.lanes.some(({ provider, isAsked }) => isAsked && (vendorId ?? provider.id) === provider.id);
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

  /** Ends what goes on beside the lookups. */
  stop(): void {
    for (const lane of this.lanes) lane.stop();
  }

  /** @param asksVendors asks them under `escalate` although offline data has an answer. */
  lookup(address: IpAddress, asksVendors = false): MaybePromise<LookupOutcome> {
    const offline = this.askOffline(address);
    if (this.hasVendors && (asksVendors || !this.escalates)) return this.askVendors(address, offline);
    return whenReady(this.offlineOutcome(address, offline), (outcome) => {
      if (!this.needsVendors(outcome)) return outcome;
      // Where offline data took its time, it took the first half of the deadline.
      const isLate = offline.some((answer) => answer instanceof Promise);
      return this.askVendors(address, offline, isLate ? this.deadlineMs / 2 : this.deadlineMs);
    });
  }

  /** Asks the offline providers, at once and for nothing. */
  askOffline(address: IpAddress): OfflineAnswers {
    return this.offline.map((provider) => askProvider(provider, address, NEVER_ABORTED));
  }

  /** What offline data alone comes to. */
  offlineOutcome(address: IpAddress, offline: OfflineAnswers): MaybePromise<LookupOutcome> {
    if (offline.every((answer): answer is Settled => !(answer instanceof Promise))) {
      return this.verdict.outcomeOf(offline, false);
    }
    // The other half is the vendors': both together may take no longer than the deadline.
    return this.lookupWithin(address, offline, [], this.hasVendors ? this.deadlineMs / 2 : this.deadlineMs);
  }

  /** Asks the vendors by the strategy. @param ms what is left of the deadline. */
  askVendors(address: IpAddress, offline: OfflineAnswers, ms = this.deadlineMs): Promise<LookupOutcome> {
    return this.lookupWithin(address, offline, this.lanes, ms);
  }

  /** The same after so much of the deadline was spent on something else. */
  askVendorsAfter(spentMs: number, address: IpAddress, offline: OfflineAnswers): Promise<LookupOutcome> {
    return this.askVendors(address, offline, Math.max(1, this.deadlineMs - spentMs));
  }

  /** What providers said at another time or place comes to here. */
  outcomeOf(said: readonly Settled[]): LookupOutcome {
    const results: Results = [];
    for (const result of said) this.verdict.put(results, result);
    return this.verdict.outcomeOf(results, true);
  }

  /** True when answers of these providers would be enough for a verdict; under `escalate` offline data alone is. */
  isQuorum(providerIds: readonly string[]): boolean {
    const hasOffline = this.escalates && this.offline.some(({ id }) => providerIds.includes(id));
    return hasOffline || this.verdict.isQuorum(providerIds);
  }

  private needsVendors({ answers }: LookupOutcome): boolean {
    return this.hasVendors && (!this.escalates || answers.length === 0);
  }

  private async lookupWithin(
    address: IpAddress,
    offline: OfflineAnswers,
    lanes: readonly VendorLane[],
    ms: number,
  ): Promise<LookupOutcome> {
    const results: Results = [];
    const put = (result: Settled): void => {
      this.verdict.put(results, result);
    };
    const { clock, deadlineMs: wholeMs } = this;
    const isEnough = (): boolean => this.verdict.outcomeOf(results, true).hasQuorum;
    for (const { id } of this.offline) put({ providerId: id, code: 'PROVIDER_TIMEOUT' });
    await withinDeadline(clock, ms, async (context) => {
      const vendors =
        this.strategy === 'fallback'
          ? askInTurn(lanes, address, context, { isEnough, clock, put, wholeMs })
          : askTogether(lanes, address, { ...context, isCutShort: isShortTurn(ms, wholeMs) }, put);
      const known = offline.map(async (answer) => {
        put(await answer);
      });
      await Promise.all([vendors, ...known]);
    });
    // A copy: answers that arrive later may not change what is decided on.
    return this.verdict.outcomeOf([...results], lanes.length > 0);
  }
}
