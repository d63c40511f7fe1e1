import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import type { CacheLife } from '../caching/cache-entry.js';
import type { RiskAssessment } from './risk-assessment.js';

/** Seconds that assessments are kept. The seeds' hour for a clean address, and five minutes for one that may change soon. */
export interface CacheSeconds {
  /** By level. @default low 3600, the others 300 */
  readonly low: number;
  readonly medium: number;
  readonly high: number;
  readonly critical: number;
  /** At most this where the address anonymises (VPN, proxy, relay, Tor), whatever its level. @default 300 */
  readonly anonymised: number;
  /** At most this where a vendor is missing in the verdict. @default 300 */
  readonly degraded: number;
  /** Without a verdict, 300 at most; 0 asks again for every request. @default 10 */
  readonly failure: number;
  /** Beyond its time, while it is renewed in the background; on routes that take stand-ins only. @default 60 */
  readonly staleWhileRevalidate: number;
  /** Beyond its time, where no newer verdict can be had; on routes that take stand-ins only. @default 3600 */
  readonly staleIfError: number;
}

export const DEFAULT_CACHE_SECONDS: CacheSeconds = {
  low: 3600,
  medium: 300,
  high: 300,
  critical: 300,
  anonymised: 300,
  degraded: 300,
  failure: 10,
  staleWhileRevalidate: 60,
  staleIfError: 3600,
};

/** A month: no verdict on an address is worth more. */
const MOST_SECONDS = 30 * 86_400;
/** One timeout must not keep an address without a verdict for longer. */
const MOST_FAILURE_SECONDS = 300;

/** @throws InvalidConfigurationError naming the one that cannot be meant. */
export function cacheSecondsOf(given: Partial<CacheSeconds> = {}): CacheSeconds {
  const known = Object.keys(DEFAULT_CACHE_SECONDS);
  for (const [name, seconds] of Object.entries(given)) {
    const most = name === 'failure' ? MOST_FAILURE_SECONDS : MOST_SECONDS;
    if (known.includes(name) && seconds >= 0 && seconds <= most) continue;
    throw new InvalidConfigurationError(
      `cache.seconds: ${name}=${String(seconds)} must be 0 to ${most} seconds for one of: ${known.join(', ')}.`,
    );
  }
  return { ...DEFAULT_CACHE_SECONDS, ...given };
}

const ANONYMISING = ['isAnonymousVpn', 'isPublicProxy', 'isResidentialProxy', 'isRelay', 'isTorExitNode'] as const;

/** How long an assessment serves. */
export function lifeOf(assessment: RiskAssessment, seconds: CacheSeconds): CacheLife {
  if (!('score' in assessment) || assessment.standsIn !== undefined) {
    // Nobody was asked: to ask again costs nothing, and the place that was missing may be free by then.
    const isRefused =
      assessment.status === 'unavailable' && assessment.failures.some(({ refused }) => refused === true);
    return { freshMs: isRefused ? 0 : seconds.failure * 1000, renewMs: 0, staleMs: 0 };
  }
  const { status, level, facts } = assessment;
  const anonymises = ANONYMISING.some((name) => facts[name]?.value === true);
  const fresh = Math.min(
    seconds[level],
    status === 'degraded' ? seconds.degraded : Infinity,
    anonymises ? seconds.anonymised : Infinity,
  );
  return {
    freshMs: fresh * 1000,
    renewMs: seconds.staleWhileRevalidate * 1000,
    staleMs: seconds.staleIfError * 1000,
  };
}
