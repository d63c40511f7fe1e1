import type { CreditLedger } from '../../src/modules/providers/protection/credit-ledger.js';

/** A ledger in memory that the test may have fail or hang. */
export class ScriptedLedger implements CreditLedger {
  readonly sums = new Map<string, number>();
  /** Credits of each entry that came, taken or not. */
  readonly entries: number[] = [];
  /** What comes before each answer. */
  before: () => Promise<unknown> = () => Promise.resolve();
  private lastAnswer: Promise<unknown> = Promise.resolve();

  async spentOn(day: string, providerId: string): Promise<number> {
    await this.before();
    return this.sums.get(`${providerId} ${day}`) ?? 0;
  }

  add(day: string, providerId: string, credits: number): Promise<number> {
    this.entries.push(credits);
    const answer = this.before().then(() => {
      const key = `${providerId} ${day}`;
      const sum = (this.sums.get(key) ?? 0) + credits;
      this.sums.set(key, sum);
      return sum;
    });
    this.lastAnswer = answer.catch(() => undefined);
    return answer;
  }

  /** Waits for the entries that are on their way. */
  async quiet(): Promise<void> {
    for (let seen; seen !== this.lastAnswer;) {
      seen = this.lastAnswer;
      await seen;
      await new Promise(setImmediate);
    }
  }
}
