import fc from 'fast-check';
import { fact, mergedFacts } from '../../../test/support/intelligence.js';
import { FACT_NAMES, type FactName } from '../providers/ip-intelligence.js';
import { geoScorecard } from './geo.scorecard.js';
import { riskLevelOf } from './risk-level.js';
import { NO_CONTEXT, scoreSignals, type ContextSignals, type TravelSignals } from './scorecard.js';
import { SCORECARDS } from './scorecards.js';
import { unifiedScorecard } from './unified.scorecard.js';

const score = (
  facts: Partial<Record<FactName, boolean>>,
  context: Partial<ContextSignals> = {},
  card = unifiedScorecard,
) => scoreSignals(card, { facts: mergedFacts(facts), context: { ...NO_CONTEXT, ...context } });

const codes = (facts: Partial<Record<FactName, boolean>>) => score(facts).reasons.map(({ code }) => code);

const trip = (said: Partial<TravelSignals>): TravelSignals => ({
  isImpossible: false,
  isCountryChanged: false,
  detail: '6,100 km in 1 h',
  relief: undefined,
  ...said,
});

describe('travel of the user', () => {
  const relief = (kind: 'announced' | 'network' | 'country') => ({ kind, detail: 'why' });

  it.each([
    ['an impossible trip', { isImpossible: true }, [['IMPOSSIBLE_TRAVEL', 50]]],
    ['an impossible trip abroad, once', { isImpossible: true, isCountryChanged: true }, [['IMPOSSIBLE_TRAVEL', 50]]],
    ['another country', { isCountryChanged: true }, [['COUNTRY_CHANGED', 10]]],
    ['announced travel', { isImpossible: true, relief: relief('announced') }, [['TRAVEL_ANNOUNCED', 0]]],
    ['a trusted network', { isImpossible: true, relief: relief('network') }, [['TRUSTED_NETWORK', 0]]],
    [
      'a trusted country',
      { isImpossible: true, relief: relief('country') },
      [['IMPOSSIBLE_TRAVEL_TO_TRUSTED_COUNTRY', 25]],
    ],
    ['another country, trusted', { isCountryChanged: true, relief: relief('country') }, [['TRUSTED_COUNTRY', 0]]],
    ['trust that nothing needs', { relief: relief('announced') }, []],
  ])('scores %s the same on both cards', (_, said, expected) => {
    for (const card of [geoScorecard, unifiedScorecard]) {
      const { reasons } = score({}, { travel: trip(said) }, card);
      expect(reasons.map(({ code, points }) => [code, points])).toEqual(expected);
    }
  });

  it('says in the reason both why it counts for less and what happened', () => {
    const [reason] = score({}, { travel: trip({ isImpossible: true, relief: relief('network') }) }).reasons;
    expect(reason?.detail).toBe('why; 6,100 km in 1 h');
  });
});

describe('geo scorecard', () => {
  it.each([
    ['nothing known', {}, {}, 0],
    ['a trip that can be made', {}, { travel: trip({}) }, 0],
    ['speed over 900 km/h', {}, { travel: trip({ isImpossible: true }) }, 50],
    ['hosting ASN', { isHostingProvider: true }, {}, 30],
    ['denied country', {}, { isDeniedCountry: true }, 40],
    ['speed and hosting', { isHostingProvider: true }, { travel: trip({ isImpossible: true }) }, 80],
    ['denied country and hosting', { isHostingProvider: true }, { isDeniedCountry: true }, 70],
    [
      'all three, capped',
      { isHostingProvider: true },
      { travel: trip({ isImpossible: true }), isDeniedCountry: true },
      100,
    ],
  ])('gives %s the points of its article', (_, facts, context, expected) => {
    expect(score(facts, context, geoScorecard).score).toBe(expected);
  });

  it('counts a hosting ASN in full whatever the confidence, as its article does', () => {
    const facts = mergedFacts({ isHostingProvider: fact(true, 0.45) });
    expect(scoreSignals(geoScorecard, { facts, context: NO_CONTEXT }).score).toBe(30);
  });
});

describe('unified scorecard', () => {
  it.each([
    ['a VPN', { isAnonymousVpn: true }, 25],
    ['a VPN on a hosting network', { isAnonymousVpn: true, isHostingProvider: true }, 25],
    ['a server without a VPN', { isHostingProvider: true }, 30],
    ['a Tor exit in a data centre', { isTorExitNode: true, isHostingProvider: true, isAnonymousVpn: true }, 50],
    ['a relay in a data centre', { isRelay: true, isHostingProvider: true }, 0],
    ['a verified crawler in a data centre', { isKnownCrawler: true, isHostingProvider: true }, 0],
    ['a blocklisted address', { isBlocklisted: true }, 60],
    ['a residential proxy', { isResidentialProxy: true, isPublicProxy: true }, 30],
    ['a mobile client', { isMobile: true }, 0],
    ['an abusive address', { isAbusive: true }, 40],
    ['an abusive address on a blocklist', { isAbusive: true, isBlocklisted: true }, 60],
    ['an abusive Tor exit', { isAbusive: true, isTorExitNode: true }, 70],
    ['an abusive VPN', { isAbusive: true, isAnonymousVpn: true }, 45],
    ["an abusive address of a carrier's thousands", { isAbusive: true, isMobile: true }, 20],
    ['a bot', { isBot: true }, 20],
    ['a bot that is a verified crawler', { isBot: true, isKnownCrawler: true }, 0],
    [
      'a relay that vendors take for a VPN and a proxy',
      { isRelay: true, isAnonymousVpn: true, isPublicProxy: true },
      0,
    ],
  ])('scores %s', (_, facts, expected) => {
    expect(score(facts).score).toBe(expected);
  });

  it('leaves VPN, Tor and hosting each below the login block threshold', () => {
    for (const name of ['isAnonymousVpn', 'isTorExitNode', 'isHostingProvider'] as const) {
      expect(score({ [name]: true }).score).toBeLessThan(80);
    }
  });

  it('counts hosting beside a VPN that is only suspected', () => {
    const facts = mergedFacts({ isAnonymousVpn: fact(true, 0.5), isHostingProvider: true });
    expect(scoreSignals(unifiedScorecard, { facts, context: NO_CONTEXT })).toMatchObject({ score: 13 + 30 });
  });

  it('lets nothing that is only suspected explain a certain fact away', () => {
    const suspected = { isTorExitNode: fact(true, 0.3), isKnownCrawler: fact(true, 0.1), isRelay: fact(true, 0.5) };
    const facts = mergedFacts({ ...suspected, isAnonymousVpn: true, isPublicProxy: true, isBot: true });
    expect(scoreSignals(unifiedScorecard, { facts, context: NO_CONTEXT }).score).toBe(25 + 25 + 20);
  });

  it('names a relay without giving points for it', () => {
    expect(codes({ isRelay: true })).toEqual(['PRIVACY_RELAY']);
  });

  it('gives nothing for facts that are false or unknown', () => {
    expect(score(Object.fromEntries(FACT_NAMES.map((name) => [name, false])))).toEqual({ score: 0, reasons: [] });
    expect(score({})).toEqual({ score: 0, reasons: [] });
  });
});

describe('scoreSignals', () => {
  const confidence = fc.double({ min: 0, max: 1, noNaN: true });
  const facts = fc.record(
    Object.fromEntries(FACT_NAMES.map((name) => [name, fc.tuple(fc.boolean(), confidence)])) as Record<
      FactName,
      fc.Arbitrary<[boolean, number]>
    >,
    { requiredKeys: [] },
  );
  const context = fc.record({
    claimedCountryDiffers: fc.option(fc.boolean(), { nil: undefined }),
    isDeniedCountry: fc.option(fc.boolean(), { nil: undefined }),
    travel: fc.option(
      fc.record({
        isImpossible: fc.boolean(),
        isCountryChanged: fc.boolean(),
        detail: fc.string(),
        relief: fc.option(
          fc.record({ kind: fc.constantFrom('announced' as const, 'network', 'country'), detail: fc.string() }),
          { nil: undefined },
        ),
      }),
      { nil: undefined },
    ),
  });

  it('gives reasons whose points add up to a whole score of 0-100, for all facts and cards', () => {
    fc.assert(
      fc.property(facts, context, fc.constantFrom(...Object.values(SCORECARDS)), (given, signals, card) => {
        const stated = Object.entries(given).map(([name, [value, sure]]) => [name, fact(value, sure)]);
        const result = scoreSignals(card, { facts: mergedFacts(Object.fromEntries(stated)), context: signals });
        expect(result.reasons.reduce((sum, { points }) => sum + points, 0)).toBe(result.score);
        expect(Number.isInteger(result.score) && result.score >= 0 && result.score <= 100).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('says in a reason of its own that the sum was capped', () => {
    const { score: total, reasons } = score({ isTorExitNode: true, isBlocklisted: true });
    expect(total).toBe(100);
    expect(reasons.at(-1)).toMatchObject({ code: 'SCORE_CAPPED', points: -10 });
  });

  it.each([
    [0.8, 25],
    [0.79, 13],
    [0.4, 13],
    [0.39, 0],
  ])('gives evidence of confidence %d its share of the points', (sureness, expected) => {
    const merged = mergedFacts({ isAnonymousVpn: fact(true, sureness) });
    expect(scoreSignals(unifiedScorecard, { facts: merged, context: NO_CONTEXT }).score).toBe(expected);
  });
});

describe('riskLevelOf', () => {
  it.each([
    [0, 'low'],
    [24, 'low'],
    [25, 'medium'],
    [49, 'medium'],
    [50, 'high'],
    [79, 'high'],
    [80, 'critical'],
    [100, 'critical'],
  ])('calls %d %s', (value, level) => {
    expect(riskLevelOf(value)).toBe(level);
  });

  it.each([NaN, Infinity, -Infinity, -1, 101])('refuses %d instead of calling it low', (value) => {
    expect(() => riskLevelOf(value)).toThrow(RangeError);
  });
});
