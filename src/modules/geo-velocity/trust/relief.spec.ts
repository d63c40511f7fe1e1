import type { TravelPoint } from '../travel/travel-point.js';
import type { TravelFinding } from '../travel/travel-verdict.js';
import { isHeldAt, strongestRelief, withoutAnnounced, type TrustEntry } from './relief.js';

const announced: TrustEntry = { kind: 'announced', country: 'JP', network: undefined, since: 100, until: 200 };
const network: TrustEntry = { kind: 'network', country: undefined, network: 'n', since: 100, until: 200 };
const country: TrustEntry = { kind: 'country', country: 'JP', network: undefined, since: 100, until: 200 };

const held: TrustEntry = { kind: 'held', country: undefined, network: undefined, since: 100, until: 200 };

const point = (code: string | undefined, ts: number): TravelPoint => ({
  network: 'access',
  country: code,
  region: undefined,
  city: undefined,
  latitude: 0,
  longitude: 0,
  accuracyRadiusKm: 1,
  asn: undefined,
  eventId: `${ts}`,
  ts,
  address: 'a',
  prefix: 'p',
});

describe('strongestRelief', () => {
  it('takes what was announced before the network, and the network before the country', () => {
    const place = { country: 'JP', network: 'n', ts: 150 };

    expect(strongestRelief([country, network, announced], place)?.kind).toBe('announced');
    expect(strongestRelief([country, network], place)?.kind).toBe('network');
    expect(strongestRelief([country], place)).toEqual({ kind: 'country', country: 'JP', until: 200 });
  });

  it('takes the one that lasts longer of two of a kind', () => {
    const longer = { ...announced, until: 300 };

    expect(strongestRelief([announced, longer], { country: 'JP', network: undefined, ts: 150 })?.until).toBe(300);
  });

  it.each([
    [99, undefined],
    [100, 'country'],
    [199, 'country'],
    [200, undefined],
    [Number.NaN, undefined],
  ])('at %d counts as %s from 100 to 200', (ts, kind) => {
    expect(strongestRelief([country], { country: 'JP', network: undefined, ts })?.kind).toBe(kind);
  });

  it('relieves nothing where the place is not known, or another', () => {
    const unknown = { ...country, country: undefined };

    expect(strongestRelief([unknown, country], { country: undefined, network: undefined, ts: 150 })).toBeUndefined();
    expect(strongestRelief([country, network], { country: 'DE', network: 'm', ts: 150 })).toBeUndefined();
  });
});

describe('isHeldAt', () => {
  it.each([
    [99, true],
    [199, true],
    [200, false],
    [Number.NaN, false],
  ])('at %d says %s of an account held from 100 to 200: another process may be ahead', (ts, isHeld) => {
    expect(isHeldAt([network, country, held], ts)).toBe(isHeld);
  });

  it('takes no trust for a hold, and no hold for trust', () => {
    const everywhere = { ...held, country: 'JP', network: 'n' };

    expect(isHeldAt([announced, network, country], 150)).toBe(false);
    expect(strongestRelief([everywhere], { country: 'JP', network: 'n', ts: 150 })).toBeUndefined();
  });
});

describe('withoutAnnounced', () => {
  const trip = (from: TravelPoint, to: TravelPoint): TravelFinding => ({
    from,
    to,
    distanceKm: 1000,
    elapsedSeconds: 1,
    speedKmh: 1e6,
  });

  it('leaves out trips to where the user said to be then, and no way on from there', () => {
    const there = trip(point('DE', 90), point('JP', 150));
    const onwards = trip(point('JP', 150), point('DE', 160));
    const later = trip(point('DE', 190), point('JP', 200));
    const nowhere = trip(point('DE', 100), point(undefined, 150));

    expect(withoutAnnounced([there, onwards, later, nowhere], [announced])).toEqual([onwards, later, nowhere]);
  });

  it('leaves a trip to where a challenge was passed', () => {
    const there = trip(point('DE', 90), point('JP', 150));

    expect(withoutAnnounced([there], [country, network])).toEqual([there]);
  });
});
