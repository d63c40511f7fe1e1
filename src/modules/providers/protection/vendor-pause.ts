import type { ProviderFailure } from './provider-result.js';

/** Where the vendor does not say how long its limit lasts. */
const RATE_PAUSE_MS = 10_000;
/** "Try again in 0 seconds", said by a vendor that is dead, would have it asked without end. */
const LEAST_PAUSE_MS = 1000;
/** One answer may be wrong, or somebody else's: a trial costs nothing where a quota is still spent. */
const MOST_QUOTA_PAUSE_MS = 900_000;
const MOST_PAUSE_MS = 120_000;

/** Milliseconds for which the vendor itself asks to be left alone; `undefined` where it does not. */
export function pauseAfter(failure: ProviderFailure): number | undefined {
  const askedMs = askedPause(failure);
  if (askedMs === undefined) return undefined;
  const most = failure.code === 'PROVIDER_QUOTA' ? MOST_QUOTA_PAUSE_MS : MOST_PAUSE_MS;
  return askedMs >= LEAST_PAUSE_MS ? Math.min(askedMs, most) : LEAST_PAUSE_MS;
}

function askedPause({ code, retryAfterMs }: ProviderFailure): number | undefined {
  if (code === 'PROVIDER_QUOTA') return retryAfterMs ?? MOST_QUOTA_PAUSE_MS;
  if (code === 'PROVIDER_RATE_LIMITED') return retryAfterMs ?? RATE_PAUSE_MS;
  return code === 'PROVIDER_UNREACHABLE' ? retryAfterMs : undefined;
}
