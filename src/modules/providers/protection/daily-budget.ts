import type { Clock } from '../../../common/clock/clock.js';
import type { VendorQuota } from '../ip-intelligence-provider.js';
import type { CreditLedger } from './credit-ledger.js';

export interface DailyBudgetOptions {
  readonly providerId: string;
  /** Credits a day (UTC); `undefined` for no limit. */
  readonly limit: number | undefined;
  readonly clock: Clock;
  readonly ledger: CreditLedger | undefined;
}

/** Gives credits back that the vendor did not take. */
export type Refund = (credits: number) => void;

const DAY_MS = 86_400_000;
/** Lookups in bulk leave the other half of the day's credits to the requests that wait for a verdict. */
const BULK_SHARE = 0.5;
/** Milliseconds that a vendor's word on its quota is taken for. */
const LONGEST_WORD_MS = 900_000;
/** Milliseconds after which the ledger counts as failed. */
const LEDGER_MS = 2000;

/** Counts the credits of a day, and what the vendor says is left. */
export class DailyBudget {
  private day: string;
  private spent = 0;
  /** Credits that the ledger does not know of yet. */
  private unrecorded = 0;
  private isRecording = false;
  private vendorLeft: number | undefined;
  /** The most it said today. */
  private vendorMost = 0;
  private vendorSaidAt = 0;
  private vendorResetMs = 0;
  /** Counts what the vendor said. */
  private word = 0;

  constructor(private readonly options: DailyBudgetOptions) {
    this.day = this.today();
  }

  /** Takes over what was spent today before this process began. A ledger that fails is no reason not to start. */
  async load(): Promise<void> {
    const day = this.today();
    try {
      const spent = await this.fromLedger((ledger, providerId) => ledger.spentOn(day, providerId));
      if (day === this.today()) this.spent = Math.max(this.spentToday(), spent);
    } catch {
      // Counted from nothing then.
    }
  }

  /** Credits that may still be spent today; `undefined` for no limit. */
  get left(): number | undefined {
    const { limit } = this.options;
    const own = limit === undefined ? undefined : Math.max(0, limit - this.spentToday());
    const vendors = this.leftAtVendor();
    return own === undefined || vendors === undefined ? (own ?? vendors) : Math.min(own, vendors);
  }

  spentToday(): number {
    const today = this.today();
    if (today !== this.day) {
      this.day = today;
      this.spent = 0;
      this.unrecorded = 0;
      this.vendorMost = this.vendorLeft ?? 0;
    }
    return this.spent;
  }

  /** @param isBulk lookups that nobody's request waits for. */
  allows(credits: number, isBulk = false): boolean {
    const { left } = this;
    if (left === undefined) return true;
    return credits <= left - this.keptFrom(isBulk);
  }

  /** Lookups of so many credits that may still be made; `Infinity` without a limit. @param isBulk as for {@link allows}. */
  affordable(creditsPerLookup: number, isBulk = false): number {
    const { left } = this;
    return left === undefined ? Infinity : Math.max(0, Math.floor((left - this.keptFrom(isBulk)) / creditsPerLookup));
  }

  spend(credits: number): Refund {
    const { word } = this;
    this.book(credits);
    if (this.vendorLeft !== undefined) this.vendorLeft = Math.max(0, this.vendorLeft - credits);
    const { day } = this;
    return (unspent) => {
      // What the vendor said since is without these credits; a new day's count as well.
      if (word === this.word && this.vendorLeft !== undefined) this.vendorLeft += unspent;
      if (day === this.today()) this.book(-unspent);
    };
  }

  /** Takes the vendor's own word on its quota. */
  learn({ remaining, resetAfterMs }: VendorQuota): void {
    if (!(remaining >= 0)) return;
    const now = this.options.clock.now();
    this.word += 1;
    this.vendorLeft = remaining;
    this.vendorMost = Math.max(this.vendorMost, remaining);
    this.vendorSaidAt = now;
    const isGiven = resetAfterMs !== undefined && resetAfterMs >= 0;
    // One answer may be wrong: a quarter of an hour later the vendor is asked again, which a spent quota charges nothing for.
    this.vendorResetMs = Math.min(isGiven ? resetAfterMs : DAY_MS - (now % DAY_MS), LONGEST_WORD_MS);
  }

  private keptFrom(isBulk: boolean): number {
    // Without a limit of ours, of the most that the vendor said is left.
    const whole = this.options.limit ?? this.vendorMost;
    return isBulk ? Math.floor(whole * (1 - BULK_SHARE)) : 0;
  }

  private book(credits: number): void {
    this.spent = Math.max(0, this.spentToday() + credits);
    this.unrecorded += credits;
    void this.record();
  }

  /** Brings the ledger up to date, one entry at a time; what it did not take goes with the next one. */
  private async record(): Promise<void> {
    if (this.options.ledger === undefined || this.isRecording || this.unrecorded === 0) return;
    this.isRecording = true;
    const { day, unrecorded } = this;
    try {
      const sum = await this.fromLedger((ledger, providerId) => ledger.add(day, providerId, unrecorded));
      // On a new day the count began anew, and what was recorded is not of it.
      if (day === this.day) {
        this.unrecorded -= unrecorded;
        // Other processes spend from the same budget.
        this.spent = Math.max(this.spent, sum + this.unrecorded);
      }
      this.isRecording = false;
      await this.record();
    } catch {
      this.isRecording = false;
    }
  }

  /** Rejects when the ledger fails, hangs, or answers what is no number. */
  private async fromLedger(ask: (ledger: CreditLedger, providerId: string) => Promise<number>): Promise<number> {
    const { ledger, providerId, clock } = this.options;
    if (ledger === undefined) return 0;
    const answer = await new Promise<number>((resolve, reject) => {
      const cancel = clock.after(LEDGER_MS, () => {
        reject(new Error('The ledger hangs.'));
      });
      ask(ledger, providerId).finally(cancel).then(resolve, reject);
    });
    if (!(answer >= 0)) throw new RangeError('The ledger answered no number.');
    return answer;
  }

  private leftAtVendor(): number | undefined {
    if (this.vendorLeft === undefined) return undefined;
    const passed = this.options.clock.now() - this.vendorSaidAt;
    // Before it was said: the clock was set back, and what it said may be of any time.
    if (passed < 0 || passed >= this.vendorResetMs) this.vendorLeft = undefined;
    return this.vendorLeft;
  }

  private today(): string {
    return new Date(this.options.clock.now()).toISOString().slice(0, 10);
  }
}
