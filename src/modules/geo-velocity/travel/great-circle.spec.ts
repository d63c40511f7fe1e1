import fc from 'fast-check';
import { Geodesic } from 'geographiclib-geodesic';
import { seededRandom } from '../anomalies/seeded-random.js';
import { greatCircleKm, LONGEST_DISTANCE_KM, type GeoPoint } from './great-circle.js';

const at = (latitude: number, longitude: number): GeoPoint => ({ latitude, longitude });

type Pair = readonly [GeoPoint, GeoPoint];

/** Kilometres over the ellipsoid. */
function geodesicKm([a, b]: Pair): number {
  return (Geodesic.WGS84.Inverse(a.latitude, a.longitude, b.latitude, b.longitude).s12 ?? NaN) / 1000;
}

const random = seededRandom(6371);
const between = (least: number, most: number): number => least + random() * (most - least);
const anywhere = (): GeoPoint => at((Math.asin(between(-1, 1)) * 180) / Math.PI, between(-180, 180));
const times = (count: number, pair: (index: number) => Pair): Pair[] =>
  Array.from({ length: count }, (_, i) => pair(i));

const PAIRS: Readonly<Record<string, Pair[]>> = {
  anywhere: times(4000, () => [anywhere(), anywhere()]),
  'along a meridian near the equator': times(1000, () => {
    const longitude = between(-180, 180);
    return [at(between(-2, 2), longitude), at(between(-2, 2), longitude)];
  }),
  'along the equator': times(500, () => [at(0, between(-180, 180)), at(0, between(-180, 180))]),
  'around a pole': times(1000, (index) => {
    const side = index % 2 === 0 ? 1 : -1;
    return [at(side * between(88, 90), between(-180, 180)), at(side * between(88, 90), between(-180, 180))];
  }),
  'from a pole': times(500, (index) => [at(index % 2 === 0 ? 90 : -90, between(-180, 180)), anywhere()]),
  'antipodes, and nearly': times(1000, (index) => {
    const a = anywhere();
    const off = index % 2 === 0 ? 0 : 0.5;
    return [
      a,
      at(-a.latitude + (a.latitude > 0 ? off : -off), a.longitude > 0 ? a.longitude - 180 : a.longitude + 180),
    ];
  }),
  'over the date line': times(1000, () => {
    const latitude = between(-70, 70);
    return [at(latitude, between(178, 180)), at(latitude + between(-2, 2), between(-180, -178))];
  }),
  'a few metres apart': times(500, () => {
    const a = at(between(-80, 80), between(-179, 179));
    return [a, at(a.latitude + between(1e-5, 1e-4), a.longitude + between(1e-5, 1e-4))];
  }),
};

const point = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

describe('greatCircleKm', () => {
  const worst = new Map<string, number>();

  it.each(Object.entries(PAIRS))('is at most 0.6 %% off the geodesic: %s', (name, pairs) => {
    const errors = pairs.map((pair) => {
      const exact = geodesicKm(pair);
      return exact === 0 ? greatCircleKm(...pair) : Math.abs(greatCircleKm(...pair) - exact) / exact;
    });
    expect(errors.every(Number.isFinite)).toBe(true);
    worst.set(name, Math.max(...errors));
    expect(Math.max(...errors)).toBeLessThanOrEqual(0.006);
  });

  afterAll(() => {
    const count = Object.values(PAIRS).reduce((sum, pairs) => sum + pairs.length, 0);
    const lines = [...worst].map(([name, error]) => `  ${(error * 100).toFixed(4)} % ${name}`);
    const most = (Math.max(...worst.values()) * 100).toFixed(4);
    process.stdout.write(
      `Great circle against WGS 84 geodesics, ${count} pairs, worst ${most} %:\n${lines.join('\n')}\n`,
    );
  });

  it('is a number from 0 to half the circumference for any two points, the same both ways', () => {
    fc.assert(
      fc.property(point, point, (a, b) => {
        const km = greatCircleKm(a, b);
        expect(km).toBeGreaterThanOrEqual(0);
        expect(km).toBeLessThanOrEqual(LONGEST_DISTANCE_KM);
        expect(greatCircleKm(b, a)).toBe(km);
      }),
      { numRuns: 1000 },
    );
  });

  it('is 0 between equal points and half the circumference between antipodes', () => {
    fc.assert(
      fc.property(point, (a) => {
        expect(greatCircleKm(a, a)).toBe(0);
        const antipode = at(-a.latitude, a.longitude > 0 ? a.longitude - 180 : a.longitude + 180);
        expect(greatCircleKm(a, antipode)).toBeCloseTo(LONGEST_DISTANCE_KM, 3);
      }),
    );
  });

  it.each<[string, GeoPoint, GeoPoint, number]>([
    ['the poles', at(90, 0), at(-90, 0), 20_015.1],
    ['one pole written twice', at(90, -120), at(90, 45), 0],
    ['the date line written twice', at(10, 180), at(10, -180), 0],
    ['a degree over the date line', at(0, 179.5), at(0, -179.5), 111.2],
    ['a longitude past 180', at(0, 190), at(0, -170), 0],
    ['antipodes on the equator', at(0, -90), at(0, 90), 20_015.1],
    ['New York and Los Angeles', at(40.7128, -74.006), at(34.0522, -118.2437), 3935.8],
  ])('knows %s', (_, a, b, km) => {
    expect(greatCircleKm(a, b)).toBeCloseTo(km, 0);
  });

  it('makes no distance of what is not a number', () => {
    expect(greatCircleKm(at(NaN, 0), at(1, 1))).toBeNaN();
  });
});
