import fc from 'fast-check';
import { idOf, RecordedTravel } from '../../../../test/support/recorded-travel.js';
import { BERLIN, HOUR, login, NEW_YORK, PARIS, SYDNEY, TOKYO } from '../../../../test/support/travel-points.js';
import { byTime } from './login-order.js';
import { findingsAround, findingsIn } from './travel-findings.js';
import type { NetworkKind, TravelPoint } from './travel-point.js';
import { horizonMs, isComparable, MOST_POINTS } from './travel-rules.js';
import { DEFAULT_TRAVEL_LIMITS as LIMITS, type TravelLimits } from './travel-verdict.js';

const idsIn = (history: readonly TravelPoint[], limits: TravelLimits = LIMITS): string[] =>
  findingsIn(history, limits).map(idOf).sort();

describe('findingsIn', () => {
  it('finds A -> B -> A once, on the way there', () => {
    const [home, away, back] = [login(BERLIN, 0), login(TOKYO, 1), login(BERLIN, 2)];
    const [finding, ...others] = findingsIn([home, away, back], LIMITS);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ from: home, to: away, elapsedSeconds: 3600 });
    expect(finding?.distanceKm).toBeCloseTo(8918 - 40, -1);
    expect(finding?.speedKmh).toBe(finding?.distanceKm);
  });

  it('finds A -> B -> A -> B within the horizon once', () => {
    const history = [login(BERLIN, 0), login(TOKYO, 1), login(BERLIN, 2), login(TOKYO, 3), login(TOKYO, 4)];
    expect(findingsIn(history, LIMITS)).toHaveLength(1);
  });

  it('finds another attacker beside the first', () => {
    const history = [login(BERLIN, 0), login(TOKYO, 1), login(NEW_YORK, 1.5), login(BERLIN, 2), login(TOKYO, 2.5)];
    expect(findingsIn(history, LIMITS).map(({ to }) => to.city)).toEqual(['Tokyo', 'New York']);
  });

  it('finds an attacker who comes back the next day again', () => {
    const history = [login(BERLIN, 0), login(TOKYO, 1), login(BERLIN, 24), login(TOKYO, 25), login(BERLIN, 26)];
    expect(findingsIn(history, LIMITS)).toHaveLength(2);
  });

  it('finds nothing between tunnels, at one network and on real journeys', () => {
    const tunnel = { ...SYDNEY, network: 'vpn' } as const;
    const same = { prefix: 'the same' };
    expect(findingsIn([login(BERLIN, 0), login(tunnel, 1), login(BERLIN, 2)], LIMITS)).toEqual([]);
    expect(findingsIn([login(BERLIN, 0, same), login(TOKYO, 1, same)], LIMITS)).toEqual([]);
    expect(findingsIn([login(BERLIN, 0), login(PARIS, 2), login(NEW_YORK, 11)], LIMITS)).toEqual([]);
  });

  it('goes by time, and by event id at one instant, in whatever order it is given', () => {
    const [a, b] = [login(BERLIN, 0, { eventId: 'a' }), login(TOKYO, 0, { eventId: 'b' })];
    expect(idsIn([b, a])).toEqual(['a -> b']);
    expect(idsIn([a, b])).toEqual(['a -> b']);
  });

  it('orders ids by code point, as databases do', () => {
    const [low, high] = [login(BERLIN, 0, { eventId: '\uffee' }), login(TOKYO, 0, { eventId: '🦊' })];
    expect(idsIn([high, low])).toEqual(['\uffee -> 🦊']);
    expect(
      ['b', '🦊', 'a', '\uffee', 'ab', ''].sort((one, other) =>
        byTime({ ts: 0, eventId: one }, { ts: 0, eventId: other }),
      ),
    ).toEqual(['', 'a', 'ab', 'b', '\uffee', '🦊']);
  });
});

describe('findingsAround', () => {
  it('finds what the login makes impossible, itself or a later one', () => {
    const [home, away, later] = [login(BERLIN, 0), login(TOKYO, 1), login(TOKYO, 30)];
    expect(findingsAround([home], away, [], LIMITS).found).toMatchObject([{ from: home, to: away }]);
    expect(findingsAround([], home, [away], LIMITS).found).toMatchObject([{ from: home, to: away }]);
    expect(findingsAround([], home, [later], LIMITS)).toEqual({ found: [], withdrawn: [] });
  });

  it('withdraws what a login that arrives late explains', () => {
    const [start, change, end] = [login(BERLIN, 0), login(PARIS, 3), login(NEW_YORK, 3)];
    const wrong = login(TOKYO, -1);
    expect(findingsAround([], wrong, [start], LIMITS).found).toHaveLength(1);
    const earlier = login(BERLIN, -2);
    const undone = findingsAround([earlier], wrong, [start], LIMITS);
    expect(undone).toMatchObject({ found: [{ from: earlier, to: wrong }], withdrawn: [] });
    expect(findingsAround([], earlier, [wrong, start], LIMITS)).toMatchObject({
      found: [{ from: earlier, to: wrong }],
      withdrawn: [{ from: wrong, to: start }],
    });
    // From another login now, so it is another finding.
    expect(findingsAround([start], change, [end], LIMITS)).toMatchObject({
      found: [{ from: change, to: end }],
      withdrawn: [{ from: start, to: end }],
    });
  });

  it('reaches the last login that has it in its window, and no further', () => {
    const late = login(TOKYO, 0);
    const homes = Array.from({ length: MOST_POINTS }, (_, index) => login(BERLIN, 1 + index / 100));
    const away = login(NEW_YORK, 2);
    // The fiftieth after it measures from it; one login later it is out of the window.
    const fiftieth = [...homes.slice(1), away];
    expect(findingsAround([], late, fiftieth, LIMITS)).toMatchObject({
      found: [
        { from: late, to: homes[1] },
        { from: late, to: away },
      ],
      withdrawn: [{ from: homes.at(-1), to: away }],
    });
    const beyond = findingsAround([], late, [...homes, away], LIMITS);
    expect(beyond).toMatchObject({ found: [{ from: late, to: homes[0] }], withdrawn: [] });
  });

  it('changes nothing by a login that shows no place', () => {
    const [home, away] = [login(BERLIN, 0), login(TOKYO, 1)];
    for (const nowhere of [login({ ...PARIS, network: 'relay' }, 0.5), login(PARIS, 0.5, { latitude: 100 })]) {
      expect(findingsAround([home], nowhere, [away], LIMITS)).toEqual({ found: [], withdrawn: [] });
    }
  });
});

const LATITUDES = [52.5, 48.1, 40.7, 35.7, -33.9];
const LONGITUDES = [13.4, 11.6, -74, 139.7, 151.2];

/** Few places, few networks and few instants, so that everything that can coincide does. */
const event = (hours: number): fc.Arbitrary<Partial<TravelPoint>> =>
  fc
    .record({
      ts: fc.integer({ min: 0, max: hours * 4 }).map((quarters) => (quarters * HOUR) / 4),
      place: fc.nat({ max: 4 }),
      accuracyRadiusKm: fc.constantFrom(5, 5, 50, 500, undefined),
      city: fc.constantFrom('City', 'City', undefined),
      region: fc.constantFrom('Region', undefined),
      network: fc.constantFrom<NetworkKind[]>('access', 'access', 'access', 'access', 'vpn'),
      client: fc.nat({ max: 11 }),
      eventId: fc.nat({ max: 1e6 }).map((id) => `e${id}`),
    })
    .map(({ place, client, ...rest }): Partial<TravelPoint> => ({
      ...rest,
      latitude: LATITUDES[place],
      longitude: LONGITUDES[place],
      address: `address-${client}`,
      prefix: `prefix-${client % 8}`,
    }));

const historyOf = (hours: number, minLength: number, maxLength: number): fc.Arbitrary<TravelPoint[]> =>
  fc
    .uniqueArray(event(hours), { minLength, maxLength, selector: ({ eventId }) => eventId })
    .map((events) => events.map((one) => login(BERLIN, 0, one)));

const SLOW: TravelLimits = { speedKmh: 250, minDistanceKm: 100 };

describe('findingsAround, for any history', () => {
  function expectExact([late, ...others]: readonly TravelPoint[], limits: TravelLimits): void {
    if (late === undefined) return;
    const points = others.filter(isComparable).sort(byTime);
    const before = points.filter((point) => byTime(point, late) < 0).slice(-MOST_POINTS);
    const until = late.ts + horizonMs(limits);
    const after = points.filter((point) => byTime(point, late) > 0 && point.ts <= until).slice(0, MOST_POINTS);
    const { found, withdrawn } = findingsAround(before, late, after, limits);
    const without = new Set(idsIn(others, limits));
    const withIt = new Set(idsIn([late, ...others], limits));
    expect(found.map(idOf).sort()).toEqual([...withIt].filter((id) => !without.has(id)));
    expect(withdrawn.map(idOf).sort()).toEqual([...without].filter((id) => !withIt.has(id)));
  }

  it.each([
    ['a few logins', historyOf(48, 2, 14), LIMITS, 300],
    ['a few at a slow limit', historyOf(120, 2, 14), SLOW, 150],
    ['as many as a window holds', historyOf(30, 40, 70), LIMITS, 30],
    ['far more than a window holds', historyOf(16, 100, 160), LIMITS, 20],
  ] as const)('is exactly what one login changes: %s', (_, histories, limits, numRuns) => {
    fc.assert(
      fc.property(histories, (history) => {
        expectExact(history, limits);
      }),
      { numRuns },
    );
  });

  it('adds up to the findings of the whole in any order, duplicates dropped', () => {
    const orders = historyOf(40, 2, 40).chain((history) =>
      fc.tuple(
        fc.constant(history),
        fc.shuffledSubarray([...history, ...history], { minLength: history.length * 2, maxLength: history.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(orders, ([history, deliveries]) => {
        const recorded = new RecordedTravel(LIMITS);
        for (const point of deliveries) recorded.record(point);
        expect(recorded.all().map(idOf).sort()).toEqual(idsIn(history));
      }),
      { numRuns: 50 },
    );
  });
});
