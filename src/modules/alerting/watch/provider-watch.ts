import type { Clock } from '../../../common/clock/clock.js';
import type { ProviderLookup } from '../../providers/lookup/provider-lookup.js';
import { ownHealth, type VendorLane } from '../../providers/protection/vendor-lane.js';
import type { Database } from '../../storage/database.js';
import type { AlertTrigger } from '../alert.js';
import type { AlertOutbox } from '../outbox/alert-outbox.js';
import { providerTrigger, type ProviderTrouble } from './provider-trigger.js';

export interface ProviderWatchOptions {
  readonly lookup: Pick<ProviderLookup, 'lanes' | 'providers' | 'isQuorum'>;
  readonly outbox: Pick<AlertOutbox, 'raise'>;
  readonly database: Pick<Database, 'report'>;
  readonly clock: Clock;
  /** Told once of a trouble that could not be raised at once. Holds no key. */
  readonly warn: (line: string) => void;
}

const LOOK_MS = 5000;
/** Milliseconds before an outage is one: a breaker that opens once is back sooner. */
const OUTAGE_MS = 30_000;

/** What is known of a vendor that does not answer. */
interface Watched {
  readonly kind: ProviderTrouble['kind'];
  since: number;
  /** Severities that were raised. */
  readonly raised: Set<AlertTrigger['severity']>;
  isLogged: boolean;
}

/** Looks at the vendors every few seconds and raises an alert where one is out or its budget is spent, once each time. */
export class ProviderWatch {
  private readonly watched = new Map<VendorLane, Watched>();
  private cancel: (() => void) | undefined;
  private isStopped = true;

  constructor(private readonly options: ProviderWatchOptions) {}

  start(): void {
    if (!this.isStopped) return;
    this.isStopped = false;
    this.lookLater();
  }

  stop(): void {
    this.isStopped = true;
    this.cancel?.();
  }

  /** Looks now. Never rejects: what cannot be raised is raised at a later look, while it lasts. */
  async look(): Promise<void> {
    const { lookup, clock } = this.options;
    const now = clock.now();
    for (const lane of lookup.lanes) this.watch(lane, now);
    const owed = [...this.watched].flatMap(([lane, watched]) => this.owedBy(lane, watched, now));
    if (owed.length > 0) await this.raise(owed);
  }

  private lookLater(): void {
    this.cancel = this.options.clock.after(LOOK_MS, () => {
      void this.look().finally(() => {
        if (!this.isStopped) this.lookLater();
      });
    });
  }

  private owedBy(lane: VendorLane, watched: Watched, now: number): { watched: Watched; trigger: AlertTrigger }[] {
    const { kind, since, raised } = watched;
    if (kind === 'provider-outage' && now - since < OUTAGE_MS) return [];
    const trouble: ProviderTrouble = {
      kind,
      providerId: lane.provider.id,
      code: lane.trouble,
      isVerdictPossible: this.isVerdictPossible(),
      since,
    };
    const trigger = providerTrigger(trouble, now);
    // That it got worse is news, that it got better again is none.
    return raised.has(trigger.severity) || raised.has('critical') ? [] : [{ watched, trigger }];
  }

  private watch(lane: VendorLane, now: number): void {
    const before = this.watched.get(lane);
    const kind = troubleOf(lane, before !== undefined);
    if (kind === undefined) {
      this.watched.delete(lane);
    } else if (before?.kind === kind) {
      // The clock was set back: without this the outage would not be one for as long.
      before.since = Math.min(before.since, now);
    } else {
      this.watched.set(lane, { kind, since: now, raised: new Set(), isLogged: false });
    }
  }

  /** Of a vendor whose breaker waits for a trial nobody knows better than that it was out. */
  private isVerdictPossible(): boolean {
    const { lookup } = this.options;
    const out = new Set([...this.watched.keys()].map(({ provider }) => provider));
    const answering = lookup.providers.filter((each) => !out.has(each) && ownHealth(each).status !== 'down');
    return lookup.isQuorum(answering.map(({ id }) => id));
  }

  private async raise(owed: readonly { watched: Watched; trigger: AlertTrigger }[]): Promise<void> {
    const triggers = owed.map(({ trigger }) => trigger);
    const isRaised = this.mayRaise() && (await this.options.outbox.raise(triggers).then(yes, no));
    for (const { watched, trigger } of owed) {
      if (isRaised) watched.raised.add(trigger.severity);
      else this.log(watched, trigger);
    }
  }

  /** An embedded database that nobody has made yet is not made for this. */
  private mayRaise(): boolean {
    const { kind, status } = this.options.database.report();
    return kind === 'postgres' || (kind === 'embedded' && (status === 'up' || status === 'down'));
  }

  private log(watched: Watched, { facts }: AlertTrigger): void {
    if (watched.isLogged) return;
    watched.isLogged = true;
    this.options.warn(`${facts.detail ?? ''} No alert could be raised.`);
  }
}

const yes = (): boolean => true;
const no = (): boolean => false;

/** @param isKnown a breaker that waits for a trial ends no outage; by itself, on somebody else's word, it begins none. */
function troubleOf(lane: VendorLane, isKnown: boolean): ProviderTrouble['kind'] | undefined {
  const { breaker, health } = lane.report();
  if (lane.affordable(false) < 1 || lane.trouble === 'PROVIDER_QUOTA') return 'budget-spent';
  const isOut = breaker === 'open' || health.status === 'down' || (isKnown && breaker === 'half-open');
  return isOut ? 'provider-outage' : undefined;
}
