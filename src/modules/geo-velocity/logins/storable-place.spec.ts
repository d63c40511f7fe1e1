import fc from 'fast-check';
import type { LoginPlace } from '../travel/travel-point.js';
import { storablePlace } from './storable-place.js';

const BERLIN: LoginPlace = {
  network: 'access',
  country: 'DE',
  region: 'Berlin',
  city: 'Berlin',
  latitude: 52.52,
  longitude: 13.405,
  accuracyRadiusKm: 20,
  asn: 64_500,
};

describe('storablePlace', () => {
  it('leaves a place as it is that can be meant', () => {
    expect(storablePlace(BERLIN)).toEqual(BERLIN);
  });

  it.each([
    { latitude: 100 },
    { latitude: Number.NaN },
    { longitude: -181 },
    { longitude: undefined },
    { latitude: null as unknown as number },
    { latitude: '52' as unknown as number },
  ])('takes neither coordinate of %j', (wrong) => {
    expect(storablePlace({ ...BERLIN, ...wrong })).toMatchObject({ latitude: undefined, longitude: undefined });
  });

  it('holds nothing that a database refuses, whatever it is given', () => {
    const anything = fc.record(
      Object.fromEntries(Object.keys(BERLIN).map((name) => [name, fc.anything()])) as Record<
        keyof LoginPlace,
        fc.Arbitrary<unknown>
      >,
    );
    fc.assert(
      fc.property(anything, (place) => {
        const { network, country, region, city, latitude, accuracyRadiusKm, asn } = storablePlace(place as LoginPlace);
        expect(typeof network).toBe('string');
        for (const text of [country, region, city]) expect(text ?? '').not.toMatch(/[\p{Cc}\p{Cs}]/u);
        for (const figure of [latitude, accuracyRadiusKm, asn]) expect(Number.isFinite(figure ?? 0)).toBe(true);
      }),
    );
  });

  it.each([0, -1, 1.5, 4_294_967_296, Number.NaN])('knows no AS number %d', (asn) => {
    expect(storablePlace({ ...BERLIN, asn }).asn).toBeUndefined();
  });

  it('takes a network of unknown kind for one that shows no place', () => {
    expect(storablePlace({ ...BERLIN, network: 'other' as 'access' }).network).toBe('internal');
  });
});
