import fc from 'fast-check';
import { blank, scored } from '../../../test/support/assessments.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { cacheSecondsOf, DEFAULT_CACHE_SECONDS, lifeOf, type CacheSeconds } from './cache-seconds.js';
import type { RiskAssessment } from './risk-assessment.js';

const low = { ...scored({}), score: 0, level: 'low' } as const;
const unavailable: RiskAssessment = { ...blank, status: 'unavailable' };
const freshSeconds = (assessment: RiskAssessment, seconds: Partial<CacheSeconds> = {}) =>
  lifeOf(assessment, cacheSecondsOf(seconds)).freshMs / 1000;

describe('cacheSecondsOf', () => {
  it('completes what is given with the defaults', () => {
    expect(cacheSecondsOf()).toEqual(DEFAULT_CACHE_SECONDS);
    expect(cacheSecondsOf({ low: 0, failure: 1.5 })).toEqual({ ...DEFAULT_CACHE_SECONDS, low: 0, failure: 1.5 });
  });

  it.each([-1, NaN, Infinity, 30 * 86_400 + 1])('refuses %d seconds with a sentence that names them', (seconds) => {
    expect(() => cacheSecondsOf({ anonymised: seconds })).toThrow(InvalidConfigurationError);
    expect(() => cacheSecondsOf({ anonymised: seconds })).toThrow(/anonymised/);
  });

  it('keeps no missing verdict for longer than five minutes', () => {
    expect(cacheSecondsOf({ failure: 300 }).failure).toBe(300);
    expect(() => cacheSecondsOf({ failure: 301 })).toThrow(/failure=301 must be 0 to 300 seconds/);
  });

  it('refuses a name that is none, and text', () => {
    expect(() => cacheSecondsOf({ lwo: 1 } as unknown as CacheSeconds)).toThrow(/lwo/);
    expect(() => cacheSecondsOf({ low: 'an hour' } as unknown as CacheSeconds)).toThrow(/low=an hour/);
  });
});

describe('lifeOf', () => {
  it.each([
    ['low', 3600],
    ['medium', 300],
    ['high', 300],
    ['critical', 300],
  ] as const)('keeps a %s verdict for %d seconds', (level, seconds) => {
    expect(freshSeconds({ ...low, level })).toBe(seconds);
    expect(freshSeconds({ ...low, level }, { [level]: 7 })).toBe(7);
  });

  it.each(['isAnonymousVpn', 'isPublicProxy', 'isResidentialProxy', 'isRelay', 'isTorExitNode'] as const)(
    'keeps one for five minutes at most where %s is so, whatever its level',
    (name) => {
      expect(freshSeconds({ ...scored({ [name]: true }), level: 'low' })).toBe(300);
      expect(freshSeconds({ ...scored({ [name]: false }), level: 'low' })).toBe(3600);
      expect(freshSeconds({ ...scored({ [name]: true }), level: 'low' }, { low: 60 })).toBe(60);
    },
  );

  it('keeps one with a vendor missing for five minutes at most', () => {
    expect(freshSeconds({ ...low, status: 'degraded' })).toBe(300);
  });

  it('keeps what stands in, and what is no verdict, ten seconds, and nothing of it beyond its time', () => {
    const life = { freshMs: 10_000, renewMs: 0, staleMs: 0 };
    expect(lifeOf(unavailable, DEFAULT_CACHE_SECONDS)).toEqual(life);
    expect(lifeOf({ ...low, standsIn: 'quota-brake' }, DEFAULT_CACHE_SECONDS)).toEqual(life);
  });

  it('does not keep a refusal: nobody was asked', () => {
    const failures = [{ providerId: 'vendor', code: 'PROVIDER_RATE_LIMITED', refused: true }] as const;
    expect(freshSeconds({ ...unavailable, failures })).toBe(0);
  });

  it('never keeps anything longer than the most that applies to it', () => {
    const seconds = fc.nat(10_000);
    const all = fc.record({ low: seconds, critical: seconds, anonymised: seconds, degraded: seconds });
    fc.assert(
      fc.property(
        all,
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom('low', 'critical'),
        (given, isTor, isWhole, level) => {
          const assessment: RiskAssessment = {
            ...scored({ isTorExitNode: isTor }),
            level,
            status: isWhole ? 'complete' : 'degraded',
          };
          const caps = [given[level], ...(isTor ? [given.anonymised] : []), ...(isWhole ? [] : [given.degraded])];
          expect(freshSeconds(assessment, given)).toBe(Math.min(...caps));
        },
      ),
    );
  });
});
