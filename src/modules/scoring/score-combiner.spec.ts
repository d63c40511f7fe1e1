import fc from 'fast-check';
import type { ProviderScorecard } from '../providers/provider-score.js';
import {
  combineScores,
  opinionReport,
  scoreOfProvider,
  SCORE_COMBINERS,
  type ProviderOpinion,
  type ScoreCombiner,
} from './score-combiner.js';
import type { Score } from './scorecard.js';

/** Its bands are those of our own scale, so that its points are ours. */
const CARD: ProviderScorecard = {
  bands: [
    { from: 0, label: 'low', action: 'allow' },
    { from: 20, label: 'raised', action: 'monitor' },
    { from: 45, label: 'high', action: 'challenge' },
    { from: 80, label: 'worst', action: 'block' },
  ],
  claimedCountryDiffers: 15,
};

const opinion = (providerId: string, points: number, more: Partial<ProviderOpinion> = {}): ProviderOpinion => ({
  providerId,
  source: providerId,
  score: { card: CARD, rows: [{ code: 'ROW', points, detail: 'a row' }] },
  countryCode: 'DE',
  isPartial: false,
  ...more,
});

const ours = (score: number): Score => ({
  score,
  reasons: score === 0 ? [] : [{ code: 'OURS', points: score, provider: 'offline', detail: 'ours' }],
});

const combine = (own: number, opinions: readonly ProviderOpinion[], kind: ScoreCombiner['kind'], weights = {}) =>
  combineScores(ours(own), opinions, { kind, weights });

const sumOf = ({ reasons }: Score) => reasons.reduce((sum, { points }) => sum + points, 0);

describe('combineScores', () => {
  it('leaves our own score alone where nobody has an opinion', () => {
    const own = ours(30);
    for (const kind of SCORE_COMBINERS) expect(combineScores(own, [], { kind, weights: {} })).toBe(own);
  });

  it.each<[ScoreCombiner['kind'], number, Record<string, number>]>([
    ['max', 60, {}],
    ['mean', 37, {}],
    ['weighted', 37, {}],
    ['weighted', 46, { a: 3 }],
    ['weighted', 25, { unified: 2, a: 0, b: 2 }],
    ['weighted', 60, { unified: 0, b: 0 }],
    ['weighted', 20, { a: 0, b: 0 }],
    ['weighted', 20, { unified: 0, a: 0, b: 0 }],
  ])('makes by %s, of our 20 and 60 and 30: %d (weights %p)', (kind, score, weights) => {
    expect(combine(20, [opinion('a', 60), opinion('b', 30)], kind, weights).score).toBe(score);
  });

  it('makes no more than a challenge of an opinion that nothing of ours bears out', () => {
    const hidden = { score: 25, reasons: [{ code: 'ANONYMOUS_VPN', points: 25, provider: 'a', detail: '' }] };
    const abused = { score: 40, reasons: [{ code: 'ABUSIVE', points: 40, provider: 'a', detail: '' }] };
    const max = { kind: 'max', weights: {} } as const;
    expect(combineScores(hidden, [opinion('a', 95)], max).score).toBe(79);
    expect(combineScores(abused, [opinion('a', 95)], max).score).toBe(95);
    expect(combineScores(ours(85), [opinion('a', 95)], max).score).toBe(85);
  });

  it('says in one more reason what the providers made of it', () => {
    expect(combine(20, [opinion('a', 60), opinion('b', 30)], 'max').reasons).toEqual([
      { code: 'OURS', points: 20, provider: 'offline', detail: 'ours' },
      { code: 'PROVIDER_SCORE', points: 40, provider: 'a', detail: "max of our 20 and a's 60 (high), here 60" },
    ]);
    expect(combine(80, [opinion('a', 20), opinion('b', 20)], 'mean').reasons.at(-1)).toMatchObject({
      points: -40,
      provider: 'a+b',
    });
  });

  it('does not name who was left out by a weight of 0', () => {
    const { reasons } = combine(20, [opinion('a', 60), opinion('b', 90)], 'weighted', { b: 0 });
    expect(reasons.at(-1)).toMatchObject({ provider: 'a', detail: expect.not.stringContaining("b's") });
  });

  it('counts opinions from one source once, as the highest of them', () => {
    const repeated = [
      opinion('beltic', 50, { source: 'ipqualityscore' }),
      opinion('ipqualityscore', 60, { source: 'ipqualityscore' }),
    ];
    expect(combine(0, [...repeated, opinion('ipstack', 0)], 'mean').score).toBe(20);
    expect(combine(0, [opinion('a', 50), opinion('b', 60), opinion('ipstack', 0)], 'mean').score).toBe(28);
  });

  it('hears the others of a source when the highest of it is left out', () => {
    const repeated = [
      opinion('beltic', 60, { source: 'ipqualityscore' }),
      opinion('ipqualityscore', 40, { source: 'ipqualityscore' }),
    ];
    expect(combine(0, repeated, 'weighted', { beltic: 0 }).score).toBe(20);
  });

  it('reads each score on its own provider’s scale', () => {
    const strict: ProviderScorecard = {
      bands: [
        { from: 0, label: 'fine', action: 'allow' },
        { from: 10, label: 'fraud', action: 'block' },
      ],
    };
    const score = { card: strict, rows: [{ code: 'ROW', points: 10, detail: '' }] };
    expect(combine(0, [opinion('a', 0, { score })], 'max').score).toBe(79);
  });

  it('adds what the provider’s card has for a stated country that differs', () => {
    const combiner: ScoreCombiner = { kind: 'max', weights: {} };
    expect(combineScores(ours(0), [opinion('a', 30)], combiner, 'US').score).toBe(45);
  });

  it('compares the stated country with each provider’s own, of which an unknown one differs from nothing', () => {
    const combiner: ScoreCombiner = { kind: 'max', weights: {} };
    const joined = (countryCode: string | undefined, claimed?: string) =>
      combineScores(ours(0), [opinion('a', 30, { countryCode })], combiner, claimed).score;
    expect([joined('DE', 'DE'), joined(undefined, 'DE'), joined('DE')]).toEqual([30, 30, 30]);
    const two = [opinion('a', 30), opinion('b', 30, { countryCode: 'US' })];
    expect(combineScores(ours(0), two, combiner, 'US').reasons.at(-1)).toMatchObject({ points: 45, provider: 'a' });
  });

  it('gives a whole number from 0 to 100, between the opinions, that its reasons add up to', () => {
    const score = fc.integer({ min: 0, max: 100 });
    const some = fc.array(
      fc.record({
        points: fc.integer({ min: -50, max: 150 }),
        source: fc.constantFrom('x', 'y'),
        countryCode: fc.constantFrom('DE', 'US', undefined),
      }),
      {
        maxLength: 6,
      },
    );
    const weights = fc.dictionary(
      fc.constantFrom('unified', 'p0', 'p1', 'p2'),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(
        score,
        some,
        fc.constantFrom(...SCORE_COMBINERS),
        weights,
        fc.constantFrom('DE', 'US', undefined),
        (own, given, kind, by, claimed) => {
          const opinions = given.map(({ points, ...more }, index) => opinion(`p${index}`, points, more));
          const combined = combineScores(ours(own), opinions, { kind, weights: by }, claimed);
          expect(Number.isInteger(combined.score) && combined.score >= 0 && combined.score <= 100).toBe(true);
          expect(sumOf(combined)).toBe(combined.score);
          if (kind === 'max') expect(combined.score).toBeGreaterThanOrEqual(own);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('scoreOfProvider', () => {
  const scored = (points: readonly number[], claimed?: string): Score => {
    const rows = points.map((value, index) => ({ code: `ROW_${index}`, points: value, detail: '' }));
    return scoreOfProvider(opinion('a', 0, { score: { card: CARD, rows } }), claimed);
  };

  it('is the provider’s own sum to the point, row by row, without the rows of 0', () => {
    expect(scored([40, 0, -10])).toEqual({
      score: 30,
      reasons: [
        { code: 'ROW_0', points: 40, provider: 'a', detail: '' },
        { code: 'ROW_2', points: -10, provider: 'a', detail: '' },
      ],
    });
  });

  it.each([
    ['above 100', [90, 40], 100, -30],
    ['below 0', [10, -40], 0, 30],
  ])('says by how much a sum %s was capped', (_, points, score, capped) => {
    const { reasons, ...rest } = scored(points);
    expect(rest).toEqual({ score });
    expect(reasons.at(-1)).toMatchObject({ code: 'SCORE_CAPPED', points: capped, provider: 'a' });
  });

  it('adds the row for a stated country that differs, where the card has one', () => {
    expect(scored([10], 'US')).toMatchObject({
      score: 25,
      reasons: [{}, { code: 'CLAIMED_COUNTRY_DIFFERS', points: 15 }],
    });
    const score = { card: { bands: CARD.bands }, rows: [] };
    expect(scoreOfProvider(opinion('a', 0, { score }), 'US')).toEqual({ score: 0, reasons: [] });
  });

  it('adds no such row where the provider has the address in the stated country, or in none', () => {
    expect(scored([10], 'DE').score).toBe(10);
    expect(scoreOfProvider(opinion('a', 10, { countryCode: undefined }), 'US').score).toBe(10);
  });

  it('gives a whole number from 0 to 100 that its reasons add up to', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -200, max: 200 })),
        fc.constantFrom('US', undefined),
        (points, claimed) => {
          const result = scored(points, claimed);
          expect(result.score >= 0 && result.score <= 100).toBe(true);
          expect(sumOf(result)).toBe(result.score);
        },
      ),
    );
  });
});

describe('opinionReport', () => {
  const strict: ProviderScorecard = {
    bands: [
      { from: 0, label: 'fine', action: 'allow' },
      { from: 10, label: 'fraud', action: 'block' },
    ],
  };

  it.each([
    [0, 'fine', 0],
    [9, 'fine', 18],
    [10, 'fraud', 80],
    [140, 'fraud', 100],
  ])('gives %d points on the provider’s own scale, its word for them and our points', (points, band, onOurScale) => {
    const score = { card: strict, rows: [{ code: 'ROW', points, detail: '' }] };
    expect(opinionReport(opinion('a', 0, { score }))).toEqual({
      providerId: 'a',
      score: Math.min(points, 100),
      band,
      onOurScale,
    });
  });

  it('counts in a stated country where there is one', () => {
    expect(opinionReport(opinion('a', 30), 'US')).toEqual({ providerId: 'a', score: 45, band: 'high', onOurScale: 45 });
  });
});
