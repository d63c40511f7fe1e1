/** What one process learnt of a vendor by calls of its own. */
export type VendorNews = VendorPaused | VendorSuspected;

/** The vendor asks the account, and with it every process, to be left alone. */
export interface VendorPaused {
  readonly kind: 'paused';
  readonly providerId: string;
  readonly code: PauseCode;
  /** Milliseconds that are left of it. */
  readonly pauseMs: number;
}

/** A breaker opened. Whether it is the vendor or the process's own network does not show. */
export interface VendorSuspected {
  readonly kind: 'suspected';
  readonly providerId: string;
}

/** Failures that are about the account. */
export const PAUSE_CODES = ['PROVIDER_QUOTA', 'PROVIDER_RATE_LIMITED'] as const;
export type PauseCode = (typeof PAUSE_CODES)[number];

/** Carries what breakers know between processes. Nothing depends on its arriving. */
export interface BreakerNews {
  /** Tells every other process. Never throws. */
  tell(news: VendorNews): void;
  /** Told of what other processes tell, never of one's own. @returns what ends it. */
  listen(listener: (news: VendorNews) => void): () => void;
  /** What was told of the vendor and still holds, for a process that begins. Never rejects. */
  recent(providerId: string): Promise<VendorNews | undefined>;
}
