import fc from 'fast-check';
import { BERLIN, HOUR, login, MUNICH, SYDNEY } from '../../../../test/support/travel-points.js';
import type { TravelPoint } from '../travel/travel-point.js';
import { anomalousLogins, LEAST_LOGINS } from './login-anomalies.js';
import { seededRandom } from './seeded-random.js';

/** Someone who logs in twice a day, now and then from Munich. */
function regularLogins(count: number, seed = 1): TravelPoint[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => login(index % 7 === 6 ? MUNICH : BERLIN, index * 12 + random()));
}

describe('anomalousLogins', () => {
  it('finds a far trip among regular logins, before anything else', () => {
    const history = regularLogins(59);
    const far = login(SYDNEY, 30 * 12 + 3);
    const anomalies = anomalousLogins([...history, far]);
    const most = anomalies.toSorted((a, b) => b.score - a.score)[0];
    expect(most?.score).toBeGreaterThan(0.65);
    // The way there or the way back.
    expect(most?.login.ts).toBeGreaterThanOrEqual(far.ts);
    expect(most?.login.ts).toBeLessThan(far.ts + 24 * HOUR);
    expect(anomalies.map(({ login: { eventId } }) => eventId)).toContain(far.eventId);
  });

  it('takes a tenth of the trips at most, in order of time, with their place in the history', () => {
    const history = regularLogins(101);
    const anomalies = anomalousLogins(history);
    expect(anomalies.length).toBeGreaterThan(0);
    expect(anomalies.length).toBeLessThanOrEqual(10);
    expect(anomalies.map(({ index }) => index)).toEqual(anomalies.map(({ index }) => index).sort((a, b) => a - b));
    for (const anomaly of anomalies) {
      expect(history[anomaly.index]).toBe(anomaly.login);
      expect(anomaly.score).toBeGreaterThan(0);
      expect(anomaly.score).toBeLessThanOrEqual(1);
      expect(anomaly.index).toBeGreaterThan(0);
    }
  });

  it('counts logins without coordinates in the index and not in the trips', () => {
    const nowhere = login(BERLIN, 0.5, { latitude: undefined, longitude: undefined });
    const history = [...regularLogins(59), login(SYDNEY, 363)];
    const placed = anomalousLogins(history);
    const all = anomalousLogins([
      ...history,
      nowhere,
      login(BERLIN, 0.6, { latitude: 100 }),
      login(BERLIN, 0, { ts: NaN }),
    ]);
    expect(all.map(({ login: { eventId } }) => eventId)).toEqual(placed.map(({ login: { eventId } }) => eventId));
    // Both come after the first login and before any other.
    expect(all.map(({ index }) => index)).toEqual(placed.map(({ index }) => index + (index > 0 ? 2 : 0)));
  });

  it('is the same for the same history in any order, and leaves it as it is', () => {
    const history = [...regularLogins(40), login(SYDNEY, 100), login(BERLIN, 100), login(MUNICH, 100)];
    const answer = anomalousLogins(history);
    expect(answer.length).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.shuffledSubarray(history, { minLength: history.length }), (order) => {
        const given = [...order];
        expect(anomalousLogins(Object.freeze(order))).toEqual(answer);
        expect(order).toEqual(given);
      }),
      { numRuns: 20 },
    );
  });

  it(`says nothing of fewer than ${LEAST_LOGINS} logins with coordinates`, () => {
    const few = [...regularLogins(8), login(SYDNEY, 90)];
    expect(anomalousLogins(few)).toEqual([]);
    expect(anomalousLogins([...few, login(BERLIN, 91, { latitude: undefined })])).toEqual([]);
    expect(anomalousLogins([...few, login(BERLIN, 91)])).not.toEqual([]);
    expect(anomalousLogins([])).toEqual([]);
  });

  it('finds nothing unusual in identical logins', () => {
    expect(anomalousLogins(Array.from({ length: 50 }, () => login(BERLIN, 1)))).toEqual([]);
    expect(anomalousLogins(Array.from({ length: 50 }, (_, index) => login(BERLIN, index)))).toEqual([]);
  });

  it('takes two places at one instant', () => {
    const history = [
      ...regularLogins(60),
      login(SYDNEY, 5 * 12 + 1.5, { eventId: 'x' }),
      login(BERLIN, 5 * 12 + 1.5, { eventId: 'y' }),
    ];
    expect(anomalousLogins(history).every(({ score }) => Number.isFinite(score))).toBe(true);
    expect(anomalousLogins(history).map(({ login: { eventId } }) => eventId)).toEqual(
      expect.arrayContaining(['x', 'y']),
    );
  });

  it('makes no more of the same instant than of a moment', () => {
    const scoresAt = (hours: number): number[] => {
      const pair = [login(MUNICH, 61, { eventId: 'x' }), login(BERLIN, hours, { eventId: 'y' })];
      return anomalousLogins([...regularLogins(60), ...pair]).map(({ score }) => score);
    };
    const [atOnce, soon] = [scoresAt(61), scoresAt(61 + 1 / HOUR)];
    expect(atOnce).toHaveLength(soon.length);
    for (const [index, score] of atOnce.entries()) expect(score).toBeCloseTo(soon[index] ?? NaN, 5);
  });

  it('goes through 10,000 logins', () => {
    const anomalies = anomalousLogins(regularLogins(10_000, 3));
    expect(anomalies.length).toBeLessThanOrEqual(1000);
    expect(anomalies.length).toBeGreaterThan(0);
  });
});
