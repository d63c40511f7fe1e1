import fc from 'fast-check';
import { inCountry, intelligence } from '../../../test/support/intelligence.js';
import type { IpIntelligence, IpLocation, IpNetwork } from './ip-intelligence.js';
import { countryClaimsIn, mergeLocations, mergeNetworks, NO_COUNTRY_CLAIMS } from './merged-place.js';

const place = (countryCode: string | undefined, more: Partial<IpLocation> = {}): IpLocation => ({
  ...inCountry(countryCode),
  ...more,
});
const at = (location: IpLocation | undefined, providerId = 'stub'): IpIntelligence =>
  intelligence({}, { providerId, location });
const locationOf = (...places: (IpLocation | undefined)[]) => mergeLocations(places.map((each) => at(each)));

const DENVER = { region: 'Colorado', city: 'Denver' };
const DENVER_POINT = { latitude: 39.74, longitude: -104.98, accuracyRadiusKm: 20 };
const SYDNEY = place('AU', {
  region: 'New South Wales',
  city: 'Sydney',
  postalCode: '2000',
  latitude: -33.87,
  longitude: 151.21,
  timeZone: 'Australia/Sydney',
});

describe('mergeLocations', () => {
  it('takes nothing of another country', () => {
    expect(locationOf(place('US', DENVER), SYDNEY)).toEqual(place('US', DENVER));
    expect(locationOf(place('US'), SYDNEY)).toEqual(place('US'));
  });

  it('completes a place from who means the same one, and passes over who does not', () => {
    const whole = place('US', { ...DENVER, ...DENVER_POINT, postalCode: '80202', timeZone: 'America/Denver' });
    expect(locationOf(place('US', DENVER), SYDNEY, whole)).toEqual(whole);
    expect(locationOf(place('US', { region: 'colorado' }), whole)).toEqual({ ...whole, region: 'colorado' });
    expect(locationOf(place('US', { city: 'Denver' }), whole)).toEqual(whole);
    expect(locationOf(place('US', { timeZone: 'America/Denver' }), whole)).toEqual(whole);
  });

  it('completes a bare country by one place in it, never by two', () => {
    const losAngeles = place('US', { region: 'California', city: 'Los Angeles', postalCode: '90001', ...DENVER_POINT });
    expect(locationOf(place('US'), place('US', DENVER), losAngeles)).toEqual(place('US', DENVER));
    expect(locationOf(place('US'), losAngeles, place('US', DENVER))).toEqual(losAngeles);
  });

  it.each<[string, Partial<IpLocation>, Partial<IpLocation>]>([
    ['a point to another city', DENVER, { region: 'Colorado', city: 'Aspen', ...DENVER_POINT }],
    ['a city to another region', { region: 'Texas' }, { ...DENVER, ...DENVER_POINT }],
    ['a city without its region', { region: 'Colorado' }, { city: 'Denver' }],
    ['a point whose city is not said', DENVER, { region: 'Colorado', ...DENVER_POINT }],
    ['a city to a bare point', DENVER_POINT, DENVER],
    [
      'what lies in another time zone',
      { region: 'Texas', timeZone: 'America/Denver' },
      { region: 'Texas', city: 'Houston', timeZone: 'America/Chicago' },
    ],
  ])('does not add %s', (_, first, second) => {
    expect(locationOf(place('US', first), place('US', second))).toEqual(place('US', first));
  });

  it('keeps the radius with its point', () => {
    const first = place('US', { ...DENVER, latitude: 39.7, longitude: -105 });
    expect(locationOf(first, place('US', { ...DENVER, ...DENVER_POINT }))).toEqual(first);
    const half = place('US', { ...DENVER, latitude: 1, accuracyRadiusKm: 900 });
    expect(locationOf(half, place('US', { ...DENVER, ...DENVER_POINT }))).toEqual(
      place('US', { ...DENVER, ...DENVER_POINT }),
    );
  });

  it('prefers the first who knows the country to one who knows only something else', () => {
    expect(locationOf(undefined, place(undefined, DENVER), SYDNEY)).toBe(SYDNEY);
    expect(locationOf(SYDNEY, place(undefined, { accuracyRadiusKm: 1 }))).toBe(SYDNEY);
  });

  it('joins no places whose country is unknown, and is unknown where nobody says anything', () => {
    expect(
      locationOf(place(undefined), place(undefined, DENVER), place(undefined, { ...DENVER, ...DENVER_POINT })),
    ).toEqual(place(undefined, DENVER));
    expect(locationOf(undefined, place(undefined))).toBeUndefined();
    expect(mergeLocations([])).toBeUndefined();
  });

  it('says nothing that some provider does not say of the same country, and no city beside another’s point', () => {
    const some = <T>(...values: T[]) => fc.constantFrom(undefined, ...values);
    const anyPlace = fc
      .record({
        countryCode: some('US', 'AU'),
        region: some('a', 'b'),
        city: some('c', 'd'),
        postalCode: some('1', '2'),
        timeZone: some('x', 'y'),
        point: some({ latitude: 1, longitude: 1, accuracyRadiusKm: 5 }, { latitude: 2, longitude: 2 }),
      })
      .map(({ point, countryCode, ...rest }) => place(countryCode, { ...rest, ...point }));
    fc.assert(
      fc.property(fc.array(anyPlace, { minLength: 1, maxLength: 5 }), (places) => {
        const merged = locationOf(...places);
        if (merged === undefined) return;
        expect(merged.countryCode).toBe(places.find(({ countryCode }) => countryCode !== undefined)?.countryCode);
        const same = places.filter(({ countryCode }) => countryCode === merged.countryCode);
        for (const field of ['region', 'city', 'postalCode', 'timeZone'] as const) {
          expect([undefined, ...same.map((each) => each[field])]).toContain(merged[field]);
        }
        if (merged.latitude === undefined) return;
        const points = same.filter(({ latitude }) => latitude === merged.latitude);
        expect(points.map(({ accuracyRadiusKm }) => accuracyRadiusKm)).toContain(merged.accuracyRadiusKm);
        const isContradicted = points.every(({ city }) => city !== undefined && city !== merged.city);
        expect(isContradicted).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('mergeNetworks', () => {
  const networkOf = (...networks: (Partial<IpNetwork> | undefined)[]) =>
    mergeNetworks(
      networks.map((network) =>
        intelligence(
          {},
          { network: network && { asn: undefined, organization: undefined, isp: undefined, ...network } },
        ),
      ),
    );

  it('takes no name of another AS number', () => {
    expect(networkOf({ asn: 1 }, { asn: 2, organization: 'Second' }, { asn: 1, isp: 'First' })).toEqual({
      asn: 1,
      organization: undefined,
      isp: 'First',
    });
  });

  it('takes a missing name of who states no AS number, which contradicts nobody', () => {
    expect(networkOf({ organization: 'domain.test', isp: 'Isp' }, { asn: 1, organization: 'First' })).toEqual({
      asn: 1,
      organization: 'First',
      isp: 'Isp',
    });
    expect(networkOf(undefined, { isp: 'Isp' }, { organization: 'Other', isp: 'Other' })).toEqual({
      asn: undefined,
      organization: 'Other',
      isp: 'Isp',
    });
  });

  it('is unknown where nobody says anything', () => {
    expect(networkOf(undefined, {})).toBeUndefined();
  });
});

describe('countryClaimsIn', () => {
  it('names who says which country, the one that is followed first, where they differ', () => {
    const claims = countryClaimsIn([
      at(undefined, 'a'),
      at(place('US'), 'b'),
      at(place('AU'), 'c'),
      at(place('US'), 'd'),
    ]);
    expect(claims).toEqual([
      { providerId: 'b', countryCode: 'US' },
      { providerId: 'c', countryCode: 'AU' },
      { providerId: 'd', countryCode: 'US' },
    ]);
    expect([claims, ...claims].every((part) => Object.isFrozen(part))).toBe(true);
  });

  it('is one empty list where nobody differs: who does not know does not', () => {
    expect(countryClaimsIn([at(place('US'), 'a'), at(place(undefined), 'b'), at(place('US'), 'c')])).toBe(
      NO_COUNTRY_CLAIMS,
    );
    expect(NO_COUNTRY_CLAIMS).toEqual([]);
  });
});
