import fc from 'fast-check';
import {
  bandOf,
  isProviderScore,
  onOurScale,
  pointsOf,
  type BandAction,
  type ProviderScore,
  type ProviderScorecard,
} from './provider-score.js';

const ACTIONS: readonly BandAction[] = ['allow', 'monitor', 'challenge', 'block'];

function cardOf(...bands: readonly (readonly [from: number, action: BandAction])[]): ProviderScorecard {
  return { bands: bands.map(([from, action]) => ({ from, action, label: action })) };
}

const OURS = cardOf([0, 'allow'], [20, 'monitor'], [45, 'challenge'], [80, 'block']);
const BELTIC = cardOf([0, 'allow'], [75, 'monitor'], [85, 'challenge'], [90, 'block']);

/** Cards as vendors have them: from one to four bands, each with a stricter action than the one before. */
const anyCard = fc
  .tuple(
    fc.subarray([...ACTIONS], { minLength: 1 }),
    fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 4, maxLength: 4 }),
  )
  .map(([actions, starts]) => {
    const ascending = [0, ...starts.toSorted((a, b) => a - b)];
    return cardOf(...actions.map((action, index) => [ascending[index] ?? 0, action] as const));
  });

describe('pointsOf', () => {
  const scoreOf = (...points: number[]): ProviderScore => ({
    card: { ...OURS, claimedCountryDiffers: 30 },
    rows: points.map((value) => ({ code: 'ROW', points: value, detail: '' })),
  });

  it('adds the rows, and ends at 0 and 100', () => {
    expect(
      [scoreOf(), scoreOf(25, 45), scoreOf(25, 45, 60), scoreOf(-5), scoreOf(-20, 50)].map((s) => pointsOf(s)),
    ).toEqual([0, 70, 100, 0, 30]);
  });

  it('adds the card’s row for a claimed country that differs, where it has one', () => {
    expect([pointsOf(scoreOf(25), true), pointsOf(scoreOf(90), true)]).toEqual([55, 100]);
    expect(pointsOf({ ...scoreOf(25), card: OURS }, true)).toBe(25);
  });
});

describe('bandOf', () => {
  it('begins each band at its own score', () => {
    expect([0, 74, 75, 84, 85, 89, 90, 100].map((points) => bandOf(BELTIC, points).action)).toEqual([
      'allow',
      'allow',
      'monitor',
      'monitor',
      'challenge',
      'challenge',
      'block',
      'block',
    ]);
  });

  it('refuses a card without bands', () => {
    expect(() => bandOf({ bands: [] }, 0)).toThrow(RangeError);
  });
});

describe('onOurScale', () => {
  it('leaves a card with our own bands as it is', () => {
    for (let points = 0; points <= 100; points += 1) expect(onOurScale(OURS, points)).toBe(points);
  });

  it('begins each band of a vendor where ours begins', () => {
    expect([0, 74, 75, 84, 85, 89, 90, 100].map((points) => onOurScale(BELTIC, points))).toEqual([
      0, 19, 20, 42, 45, 73, 80, 100,
    ]);
  });

  it('never lets a card without a block band reach ours', () => {
    expect(onOurScale(cardOf([0, 'allow'], [25, 'monitor'], [75, 'challenge']), 100)).toBe(79);
    expect(onOurScale(cardOf([0, 'allow'], [50, 'monitor']), 100)).toBe(44);
    expect(onOurScale(cardOf([0, 'allow']), 100)).toBe(19);
  });

  it('takes a band of one score', () => {
    const card = cardOf([0, 'allow'], [99, 'challenge'], [100, 'block']);
    expect([98, 99, 100].map((points) => onOurScale(card, points))).toEqual([19, 45, 80]);
  });

  it('keeps the order, stays a whole number of 0-100, and stays in the range of the band’s action', () => {
    const begins: Readonly<Record<BandAction, number>> = { allow: 0, monitor: 20, challenge: 45, block: 80 };
    const ends: Readonly<Record<BandAction, number>> = { allow: 19, monitor: 44, challenge: 79, block: 100 };
    fc.assert(
      fc.property(anyCard, (card) => {
        let before = 0;
        for (let points = 0; points <= 100; points += 1) {
          const score = onOurScale(card, points);
          const { action } = bandOf(card, points);
          expect(Number.isInteger(score)).toBe(true);
          expect(score).toBeGreaterThanOrEqual(Math.max(before, begins[action]));
          expect(score).toBeLessThanOrEqual(ends[action]);
          before = score;
        }
      }),
    );
  });
});

describe('isProviderScore', () => {
  const score: ProviderScore = { card: BELTIC, rows: [{ code: 'FRAUD_SCORE', points: 87, detail: 'fraud_score 87' }] };
  const withCard = (card: unknown): unknown => ({ ...score, card });
  const withRow = (row: unknown): unknown => ({ ...score, rows: [row] });

  it('takes a score of the promised form, also without rows', () => {
    expect(
      [score, { ...score, rows: [] }, withCard({ ...BELTIC, claimedCountryDiffers: 30 })].every(isProviderScore),
    ).toBe(true);
  });

  it.each([
    ['nothing', null],
    ['a number', 87],
    ['no rows', { card: BELTIC }],
    ['a row that is none', withRow(null)],
    ['points that are no number', withRow({ code: 'A', points: NaN, detail: '' })],
    ['points that are endless', withRow({ code: 'A', points: Infinity, detail: '' })],
    ['half a point', withRow({ code: 'A', points: 0.5, detail: '' })],
    ['points as text', withRow({ code: 'A', points: '5', detail: '' })],
    ['a row without a code', withRow({ points: 5, detail: '' })],
    ['a row without a detail', withRow({ code: 'A', points: 5 })],
    ['no card', { rows: [] }],
    ['a card without bands', withCard({})],
    ['no band', withCard({ bands: [] })],
    ['a card that is null', withCard(null)],
    ['a band that is null', withCard({ bands: [null] })],
    ['an action that comes twice', withCard(cardOf([0, 'allow'], [25, 'monitor'], [75, 'monitor']))],
    ['an action that softens', withCard(cardOf([0, 'challenge'], [25, 'monitor']))],
    ['bands that do not begin at 0', withCard(cardOf([1, 'allow'], [75, 'block']))],
    ['bands out of order', withCard(cardOf([0, 'allow'], [90, 'monitor'], [85, 'block']))],
    ['two bands at one score', withCard(cardOf([0, 'allow'], [85, 'monitor'], [85, 'block']))],
    ['a band that begins between scores', withCard(cardOf([0, 'allow'], [84.5, 'block']))],
    ['an action that is none', withCard(cardOf([0, 'allow'], [85, 'toString' as BandAction]))],
    ['a country row that is no number', withCard({ ...BELTIC, claimedCountryDiffers: NaN })],
  ])('refuses %s', (_, value) => {
    expect(isProviderScore(value)).toBe(false);
  });
});
