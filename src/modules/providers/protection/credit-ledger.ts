/** Where the credits spent in a day are kept, so that a restart does not spend them twice. */
export interface CreditLedger {
  /** Credits spent on that day (`YYYY-MM-DD`, UTC) by every process. */
  spentOn(day: string, providerId: string): Promise<number>;
  /** Adds to it; a refund is less than 0. @returns the new sum of every process. */
  add(day: string, providerId: string, credits: number): Promise<number>;
  close?(): void;
}
