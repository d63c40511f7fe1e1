import fc from 'fast-check';
import {
  BERLIN,
  HOUR,
  login,
  MUNICH,
  NEW_YORK,
  PARIS,
  placeWith,
  SYDNEY,
  TOKYO,
} from '../../../../test/support/travel-points.js';
import { NETWORK_KINDS, type LoginPlace, type TravelPoint } from './travel-point.js';
import { effectiveRadiusKm, horizonMs, isComparable, judgeTravel, MOST_POINTS } from './travel-rules.js';
import { DEFAULT_TRAVEL_LIMITS as LIMITS } from './travel-verdict.js';

const HORIZON_HOURS = horizonMs(LIMITS) / HOUR;

const statusOf = (before: readonly TravelPoint[], point: TravelPoint): string =>
  judgeTravel(before, point, LIMITS).status;

describe('judgeTravel', () => {
  it('is silent about a first login', () => {
    expect(judgeTravel([], login(BERLIN, 0), LIMITS)).toEqual({
      status: 'first',
      network: 'access',
      from: undefined,
      distanceKm: undefined,
      elapsedSeconds: undefined,
      speedKmh: undefined,
      isCountryChanged: undefined,
    });
  });

  it('measures from the login before: least distance, seconds, least speed', () => {
    const home = login(BERLIN, 0);
    const verdict = judgeTravel([home], login(NEW_YORK, 2), LIMITS);
    expect(verdict).toMatchObject({ status: 'impossible', elapsedSeconds: 7200, isCountryChanged: true });
    expect(verdict.from).toBe(home);
    expect(verdict.distanceKm).toBeCloseTo(6385 - 20 - 20, 0);
    expect(verdict.speedKmh).toBeCloseTo((6385 - 40) / 2, 0);
  });

  it('calls a flight possible', () => {
    expect(judgeTravel([login(BERLIN, 0)], login(NEW_YORK, 9), LIMITS)).toMatchObject({
      status: 'possible',
      isCountryChanged: true,
    });
  });

  it('takes both accuracy radii off the distance, and never goes below 0', () => {
    const vague = { ...PARIS, accuracyRadiusKm: 700 };
    expect(statusOf([login(BERLIN, 0)], login(PARIS, 0.1))).toBe('impossible');
    expect(statusOf([login(BERLIN, 0)], login(vague, 0.1))).toBe('possible');
    expect(statusOf([login(vague, 0)], login(BERLIN, 0.1))).toBe('possible');
    const within = judgeTravel([login(vague, 0)], login({ ...BERLIN, accuracyRadiusKm: 800 }, 0), LIMITS);
    expect(within).toMatchObject({ status: 'possible', distanceKm: 0, speedKmh: 0, elapsedSeconds: 0 });
  });

  it('finds two places at one instant infinitely far apart in speed', () => {
    const verdict = judgeTravel([login(BERLIN, 1)], login(TOKYO, 1), LIMITS);
    expect(verdict).toMatchObject({ status: 'impossible', elapsedSeconds: 0, speedKmh: Infinity });
  });

  it('needs more than the least distance and more than the speed', () => {
    const verdict = judgeTravel([login(BERLIN, 0)], login(MUNICH, 0.01), LIMITS);
    expect(verdict).toMatchObject({ status: 'impossible', isCountryChanged: false });
    const { distanceKm, speedKmh } = verdict as { distanceKm: number; speedKmh: number };
    const judged = (limits: typeof LIMITS): string =>
      judgeTravel([login(BERLIN, 0)], login(MUNICH, 0.01), limits).status;
    expect(judged({ ...LIMITS, minDistanceKm: distanceKm })).toBe('possible');
    expect(judged({ ...LIMITS, minDistanceKm: distanceKm - 0.001 })).toBe('impossible');
    expect(judged({ ...LIMITS, speedKmh })).toBe('possible');
    expect(judged({ ...LIMITS, speedKmh: speedKmh - 0.001 })).toBe('impossible');
  });

  it.each([
    ['address', { address: 'the same' }],
    ['prefix', { prefix: 'the same' }],
  ])('never alerts on one %s that a database has moved', (_, same) => {
    expect(statusOf([login(BERLIN, 0, same)], login(SYDNEY, 0.1, same))).toBe('possible');
  });

  it.each(NETWORK_KINDS.filter((kind) => kind !== 'access'))(
    'says what a login through %s is, and nothing of travel',
    (network) => {
      const verdict = judgeTravel([login(BERLIN, 0)], login({ ...TOKYO, network }, 0.1), LIMITS);
      expect(verdict).toMatchObject({
        status: 'not-comparable',
        network,
        from: undefined,
        isCountryChanged: undefined,
      });
    },
  );

  it.each(NETWORK_KINDS.filter((kind) => kind !== 'access'))(
    'takes no login through %s as a place to measure from',
    (network) => {
      const elsewhere = login({ ...TOKYO, network }, 0.5);
      const home = login(BERLIN, 0);
      expect(judgeTravel([home, elsewhere], login(BERLIN, 1), LIMITS)).toMatchObject({
        status: 'possible',
        from: home,
      });
      expect(statusOf([elsewhere], login(BERLIN, 1))).toBe('first');
    },
  );

  it('flags the attacker each time, and never the user who is at home', () => {
    const history = [login(BERLIN, 0), login(TOKYO, 1), login(BERLIN, 2), login(TOKYO, 3), login(BERLIN, 4)];
    const statuses = history.map((point, index) => statusOf(history.slice(0, index), point));
    expect(statuses).toEqual(['first', 'impossible', 'possible', 'impossible', 'possible']);
  });

  it('follows a user who travels', () => {
    const history = [login(BERLIN, 0), login(PARIS, 3), login(NEW_YORK, 12), login(TOKYO, 13)];
    expect(judgeTravel(history.slice(0, 3), history[3] as TravelPoint, LIMITS)).toMatchObject({
      status: 'impossible',
      from: history[2],
    });
  });

  it('forgets a wrong beginning once it lies beyond the horizon', () => {
    const history = [login(TOKYO, 0), login(BERLIN, 1)];
    expect(statusOf(history, login(BERLIN, 2))).toBe('impossible');
    const later = judgeTravel(history, login(BERLIN, HORIZON_HOURS + 0.5), LIMITS);
    expect(later).toMatchObject({ status: 'possible', from: history[1] });
  });

  it('measures from the last login at any age where none is within the horizon, and from no older one', () => {
    const history = [login(NEW_YORK, 0), login(BERLIN, 24)];
    const verdict = judgeTravel(history, login(SYDNEY, 24 * 90), LIMITS);
    expect(verdict).toMatchObject({ status: 'possible', from: history[1], isCountryChanged: true });
  });

  it(`looks at the last ${MOST_POINTS} comparable logins, however many others lie between`, () => {
    const homes = (count: number): TravelPoint[] =>
      Array.from({ length: count }, (_, index) => login(BERLIN, 1 + index / 100));
    const tunnels = Array.from({ length: 200 }, (_, index) => login({ ...PARIS, network: 'vpn' }, 2 + index / 1000));
    const start = login(TOKYO, 0);
    // The first of the window decides where the user is: Tokyo while it is one of the fifty, Berlin after.
    expect(statusOf([start, ...homes(MOST_POINTS - 1), ...tunnels], login(BERLIN, 3))).toBe('impossible');
    expect(statusOf([start, ...homes(MOST_POINTS), ...tunnels], login(BERLIN, 3))).toBe('possible');
  });

  it('knows a country change only where both countries are known', () => {
    const unnamed = { ...PARIS, country: undefined };
    expect(judgeTravel([login(BERLIN, 0)], login(unnamed, 3), LIMITS).isCountryChanged).toBeUndefined();
    expect(judgeTravel([login(unnamed, 0)], login(BERLIN, 3), LIMITS).isCountryChanged).toBeUndefined();
    expect(judgeTravel([login(MUNICH, 0)], login(BERLIN, 3), LIMITS).isCountryChanged).toBe(false);
  });

  it.each<[string, Partial<TravelPoint>]>([
    ['latitude 100', { latitude: 100 }],
    ['longitude -181', { longitude: -181 }],
    ['no latitude', { latitude: undefined }],
    ['no longitude', { longitude: undefined }],
    ['latitude NaN', { latitude: NaN }],
    ['infinite longitude', { longitude: Infinity }],
    ['0,0', { latitude: 0, longitude: 0 }],
    ['a negative radius', { accuracyRadiusKm: -1 }],
    ['radius NaN', { accuracyRadiusKm: NaN }],
    ['an infinite radius', { accuracyRadiusKm: Infinity }],
    ['time NaN', { ts: NaN }],
    ['a country’s centre', { city: undefined, region: undefined, accuracyRadiusKm: undefined }],
  ])('knows no place by %s: no alert, and nothing to measure from', (_, bad) => {
    const point = login(TOKYO, 0.5, bad);
    expect(judgeTravel([login(BERLIN, 0)], point, LIMITS)).toMatchObject({ status: 'unknown', from: undefined });
    const home = login(BERLIN, 0);
    expect(judgeTravel([home, point], login(BERLIN, 1), LIMITS)).toMatchObject({ status: 'possible', from: home });
  });

  it('gives some verdict on anything, and never alerts on what is no place', () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(undefined, NaN, Infinity, -1, 0, 90, 100));
    const anything = fc.record({
      network: fc.constantFrom(...NETWORK_KINDS),
      latitude: number,
      longitude: number,
      accuracyRadiusKm: number,
      ts: fc.oneof(fc.double(), fc.integer()),
      city: fc.constantFrom(undefined, 'City'),
    });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 8 }), anything, (before, point) => {
        const judged = login(BERLIN, 0, point);
        const verdict = judgeTravel(
          before.map((one) => login(PARIS, 0, one)),
          judged,
          LIMITS,
        );
        expect(verdict.distanceKm).not.toBeNaN();
        expect(verdict.speedKmh).not.toBeNaN();
        if (!isComparable(judged)) expect(['unknown', 'not-comparable']).toContain(verdict.status);
      }),
    );
  });

  it('alerts on nothing when a limit is no number', () => {
    for (const limits of [
      { ...LIMITS, speedKmh: NaN },
      { ...LIMITS, minDistanceKm: NaN },
    ]) {
      expect(judgeTravel([login(BERLIN, 0)], login(TOKYO, 0.1), limits).status).toBe('possible');
    }
  });
});

describe('effectiveRadiusKm', () => {
  it.each<[string, Partial<LoginPlace>, number | undefined]>([
    ['what the source says', { accuracyRadiusKm: 5, city: 'Berlin' }, 5],
    ['0 where the source says so', { accuracyRadiusKm: 0 }, 0],
    ['1000 where the source says so', { accuracyRadiusKm: 1000, city: 'Berlin' }, 1000],
    ['50 for a city', { city: 'Berlin', region: 'Berlin' }, 50],
    ['200 for a region', { region: 'Bavaria' }, 200],
    ['nothing for a country', { country: 'DE' }, undefined],
  ])('is %s', (_, place, radius) => {
    expect(effectiveRadiusKm(placeWith(place))).toBe(radius);
  });
});

describe('horizonMs', () => {
  it('is the time in which every place can be reached, in whole milliseconds', () => {
    expect(horizonMs(LIMITS) / HOUR).toBeCloseTo(22.24, 2);
    expect(Number.isInteger(horizonMs(LIMITS))).toBe(true);
    const far = { ...BERLIN, latitude: 0, longitude: -90, accuracyRadiusKm: 0 };
    const antipode = { ...far, longitude: 90 };
    expect(statusOf([login(far, 0)], login(antipode, HORIZON_HOURS))).toBe('possible');
    expect(statusOf([login(far, 0)], login(antipode, HORIZON_HOURS - 0.001))).toBe('impossible');
  });
});
