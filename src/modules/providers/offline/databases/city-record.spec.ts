import fc from 'fast-check';
import { toIpLocation } from './city-record.js';

const UNKNOWN = {
  countryCode: undefined,
  region: undefined,
  city: undefined,
  postalCode: undefined,
  latitude: undefined,
  longitude: undefined,
  accuracyRadiusKm: undefined,
  timeZone: undefined,
};

describe('toIpLocation', () => {
  it('reads the flat record of the @ip-location-db packages, where empty text is unknown', () => {
    const record = {
      city: 'Mountain View',
      country_code: 'US',
      latitude: 37.422,
      longitude: -122.085,
      postcode: '',
      state1: 'California',
      state2: '',
      timezone: '',
    };
    expect(toIpLocation(record)).toEqual({
      ...UNKNOWN,
      countryCode: 'US',
      region: 'California',
      city: 'Mountain View',
      latitude: 37.422,
      longitude: -122.085,
    });
    expect(toIpLocation({ ...record, postcode: '94043', timezone: 'America/Los_Angeles' })).toMatchObject({
      postalCode: '94043',
      timeZone: 'America/Los_Angeles',
    });
  });

  it('reads the nested record of GeoLite2-City', () => {
    const record = {
      city: { geoname_id: 2643743, names: { de: 'London', en: 'London', ru: 'Лондон' } },
      continent: { code: 'EU', names: { en: 'Europe' } },
      country: { geoname_id: 2635167, iso_code: 'GB', names: { en: 'United Kingdom' } },
      location: { accuracy_radius: 10, latitude: 51.5142, longitude: -0.0931, time_zone: 'Europe/London' },
      postal: { code: 'OX1' },
      registered_country: { iso_code: 'US' },
      subdivisions: [
        { iso_code: 'ENG', names: { en: 'England' } },
        { iso_code: 'WBK', names: { en: 'West Berkshire' } },
      ],
    };
    expect(toIpLocation(record)).toEqual({
      countryCode: 'GB',
      region: 'England',
      city: 'London',
      postalCode: 'OX1',
      latitude: 51.5142,
      longitude: -0.0931,
      accuracyRadiusKm: 10,
      timeZone: 'Europe/London',
    });
  });

  it('reads the nested record of a DB-IP download, which has no radius, postcode or zone', () => {
    const record = {
      city: { names: { en: 'Sydney' } },
      country: { iso_code: 'AU', is_in_european_union: false, names: { en: 'Australia' } },
      location: { latitude: -33.8688, longitude: 151.209 },
      subdivisions: [{ names: { en: 'New South Wales' } }],
    };
    expect(toIpLocation(record)).toEqual({
      ...UNKNOWN,
      countryCode: 'AU',
      region: 'New South Wales',
      city: 'Sydney',
      latitude: -33.8688,
      longitude: 151.209,
    });
  });

  it.each([
    ['nothing', {}],
    ['empty text only', { country_code: '', city: '', state1: '', postcode: '', timezone: '' }],
    ['a continent only', { continent: { code: 'EU' }, registered_country: { iso_code: 'DE' } }],
    ['empty maps', { city: { names: {} }, country: {}, location: {}, postal: {}, subdivisions: [] }],
    ['no map', 'DE'],
    ['nothing at all', null],
  ])('knows nothing when the record holds %s', (_, record) => {
    expect(toIpLocation(record)).toBeUndefined();
  });

  it.each([
    ['north of the pole', 100, 8],
    ['south of the pole', -90.001, 8],
    ['past the date line', 50, 180.5],
    ['at no latitude', Number.NaN, 8],
    ['at no longitude', 50, Number.NaN],
    ['infinitely far', 50, Number.POSITIVE_INFINITY],
    ['at half a point', 50, undefined],
    ['at the other half', undefined, 8],
    ['in words', '50', '8'],
  ])('takes a place %s for no point, and keeps the rest', (_, latitude, longitude) => {
    const expected = { ...UNKNOWN, countryCode: 'DE' };
    expect(toIpLocation({ country_code: 'DE', latitude, longitude })).toEqual(expected);
    expect(toIpLocation({ country: { iso_code: 'DE' }, location: { latitude, longitude } })).toEqual(expected);
  });

  it('takes the poles, the date line and the null island for points', () => {
    for (const [latitude, longitude] of [
      [90, 180],
      [-90, -180],
      [0, 0],
    ]) {
      expect(toIpLocation({ country_code: '', latitude, longitude })).toEqual({ ...UNKNOWN, latitude, longitude });
    }
  });

  it.each(['de', 'DEU', 'D', 'D1', 'ÄÖ', 'DE\n', 49, ['DE'], null])('takes %j for no country', (code) => {
    expect(toIpLocation({ country_code: code, city: 'Bonn' })).toEqual({ ...UNKNOWN, city: 'Bonn' });
    expect(toIpLocation({ country: { iso_code: code }, city: { names: { en: 'Bonn' } } })).toEqual({
      ...UNKNOWN,
      city: 'Bonn',
    });
  });

  it.each([-1, 20_041, Number.NaN, '10'])('takes %j for no accuracy radius', (radius) => {
    const record = { location: { latitude: 1, longitude: 2, accuracy_radius: radius } };
    expect(toIpLocation(record)).toEqual({ ...UNKNOWN, latitude: 1, longitude: 2 });
  });

  it('never throws and never lets a value of the wrong type through, whatever the record', () => {
    const leaf = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.double(),
      fc.bigInt(),
      fc.constantFrom('DE', '', undefined),
    );
    const names = fc.oneof(leaf, fc.record({ names: fc.oneof(leaf, fc.record({ en: leaf })) }, { requiredKeys: [] }));
    const flat = fc.record(
      { country_code: leaf, state1: leaf, city: leaf, postcode: leaf, latitude: leaf, longitude: leaf, timezone: leaf },
      { requiredKeys: [] },
    );
    const nested = fc.record(
      {
        city: names,
        country: fc.oneof(leaf, fc.record({ iso_code: leaf })),
        location: fc.oneof(
          leaf,
          fc.record({ latitude: leaf, longitude: leaf, accuracy_radius: leaf, time_zone: leaf }),
        ),
        postal: fc.oneof(leaf, fc.record({ code: leaf })),
        subdivisions: fc.oneof(leaf, fc.array(names, { maxLength: 2 })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), flat, nested), (record) => {
        const location = toIpLocation(record);
        if (location === undefined) return;
        const { latitude, longitude, accuracyRadiusKm, ...texts } = location;
        for (const text of Object.values(texts)) expect(text ?? 'unknown').toMatch(/./su);
        expect(latitude === undefined).toBe(longitude === undefined);
        expect(Math.abs(latitude ?? 0)).toBeLessThanOrEqual(90);
        expect(Math.abs(longitude ?? 0)).toBeLessThanOrEqual(180);
        expect(accuracyRadiusKm ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });
});
