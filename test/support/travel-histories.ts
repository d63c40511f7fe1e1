import { Geodesic } from 'geographiclib-geodesic';
import {
  NETWORK_KINDS,
  type LoginPlace,
  type TravelPoint,
} from '../../src/modules/geo-velocity/travel/travel-point.js';
import { seededRandom } from '../../src/modules/geo-velocity/anomalies/seeded-random.js';
import { login } from './travel-points.js';
import { WORLD_CITIES } from './world-cities.js';

/** One user's logins, in order of time. */
export interface UserHistory {
  readonly kind: string;
  readonly logins: readonly TravelPoint[];
}

type Random = () => number;

const NOT_ACCESS = NETWORK_KINDS.filter((kind) => kind !== 'access');

/** What is known of a place, from the most to the least. */
const KNOWLEDGE: readonly Partial<LoginPlace>[] = [
  {},
  { accuracyRadiusKm: 1 },
  { accuracyRadiusKm: 400 },
  { accuracyRadiusKm: 1500 },
  { accuracyRadiusKm: undefined },
  { accuracyRadiusKm: undefined, city: undefined },
];

const pick = <T>(values: readonly T[], random: Random): T => values[Math.floor(random() * values.length)] as T;

/** The way between two places and an airliner's time for it, in hours. */
function flightHours(a: LoginPlace, b: LoginPlace): number {
  const way = Geodesic.WGS84.Inverse(a.latitude ?? 0, a.longitude ?? 0, b.latitude ?? 0, b.longitude ?? 0);
  return (way.s12 ?? 0) / 1000 / 900;
}

/** A place so many kilometres from another, in any direction. */
function placeAround(place: LoginPlace, km: number, random: Random): LoginPlace {
  const { lat2, lon2 } = Geodesic.WGS84.Direct(place.latitude ?? 0, place.longitude ?? 0, random() * 360, km * 1000);
  return { ...place, city: `Near ${place.city ?? ''}`, latitude: lat2 ?? 0, longitude: lon2 ?? 0 };
}

type MakeLogins = (a: LoginPlace, b: LoginPlace, random: Random) => readonly [TravelPoint, ...TravelPoint[]];

/** Each gives the logins of one user; the pair is the first and the last. */
const KINDS: Readonly<Record<string, MakeLogins>> = {
  'around the speed': (a, b, random) => [login(a, 0), login(b, flightHours(a, b) * (0.4 + 1.2 * random()))],
  'around the least distance': (a, _, random) => [
    login(a, 0),
    login(placeAround(a, 200 + 300 * random(), random), 0.1 + random() / 2),
  ],
  'what is known of the places': (a, b, random) => [
    login({ ...a, ...pick(KNOWLEDGE, random) }, 0),
    login({ ...b, ...pick(KNOWLEDGE, random) }, flightHours(a, b) * 1.5 * random()),
  ],
  'at the same instant': (a, b) => [login(a, 1), login(b, 1)],
  'at the same place': (a, _, random) => [login(a, 0), login(a, random())],
  'days apart': (a, b, random) => [login(a, 0), login(b, 24 + 900 * random())],
  'one address': (a, b, random) => [
    login(a, 0, { address: 'one', prefix: 'of one' }),
    login(b, random(), { address: 'one', prefix: 'of one' }),
  ],
  'one network': (a, b, random) => [login(a, 0, { prefix: 'one' }), login(b, random(), { prefix: 'one' })],
  'from a tunnel or a server': (a, b, random) => [
    login({ ...a, network: pick(NOT_ACCESS, random) }, 0),
    login(b, random()),
  ],
  'to a tunnel or a server': (a, b, random) => [
    login(a, 0),
    login({ ...b, network: pick(NOT_ACCESS, random) }, random()),
  ],
  'a tunnel between': (a, b, random) => [
    login(a, 0),
    login({ ...pick(WORLD_CITIES, random), network: pick(NOT_ACCESS, random) }, 0.01),
    login(b, 0.02 + flightHours(a, b) * 2 * random()),
  ],
  'only the country known': (a, b, random) => {
    const vague = { city: undefined, region: undefined, accuracyRadiusKm: undefined };
    return random() < 0.5
      ? [login({ ...a, ...vague }, 0), login(b, random())]
      : [login(a, 0), login({ ...b, ...vague }, random())];
  },
  'no place, or none on Earth': (a, b, random) => {
    const bad = pick<Partial<LoginPlace>>(
      [{ latitude: 100 }, { latitude: undefined, longitude: undefined }, { latitude: NaN }],
      random,
    );
    return random() < 0.5
      ? [login({ ...a, ...bad }, 0), login(b, random())]
      : [login(a, 0), login({ ...b, ...bad }, random())];
  },
};

/** Users of two logins each, of all kinds in turn; the thresholds get more of them. */
export function loginPairs(count: number, seed: number): UserHistory[] {
  const random = seededRandom(seed);
  const kinds = Object.keys(KINDS);
  const weighted = [...kinds, ...Array.from({ length: kinds.length }, (_, index) => kinds[index % 3] as string)];
  return Array.from({ length: count }, (_, index) => {
    const kind = weighted[index % weighted.length] as string;
    const a = pick(WORLD_CITIES, random);
    const b = pick(
      WORLD_CITIES.filter((city) => city !== a),
      random,
    );
    return { kind, logins: (KINDS[kind] as MakeLogins)(a, b, random) };
  });
}

export interface AttackedUser extends UserHistory {
  /** The first login of each attack: what there is to find, and nothing else. */
  readonly attacks: readonly TravelPoint[];
}

const FAR_HOURS_OF_FLIGHT = 3;

/**
 * A user who really travels, some days apart, logs in now and then through a tunnel, and whose account is taken over
 * from far away every few days: the attacker logs in up to three times, and the user between.
 */
export function attackedUser(random: Random): AttackedUser {
  const logins: TravelPoint[] = [];
  const attacks: TravelPoint[] = [];
  let city = pick(WORLD_CITIES, random);
  let hours = 24 * random();
  for (let day = 0; day < 6; day += 1) {
    logins.push(login(city, hours), login(city, hours + 0.2));
    if (random() < 0.4)
      logins.push(login({ ...pick(WORLD_CITIES, random), network: pick(NOT_ACCESS, random) }, hours + 0.3));
    if (random() < 0.5) {
      const from = city;
      const there = pick(
        WORLD_CITIES.filter((other) => flightHours(from, other) > FAR_HOURS_OF_FLIGHT),
        random,
      );
      const attack = login(there, hours + 0.4);
      attacks.push(attack);
      logins.push(attack);
      for (let again = 0; again < Math.floor(random() * 3); again += 1) {
        logins.push(login(city, hours + 0.5 + again * 0.2), login(there, hours + 0.6 + again * 0.2));
      }
      if (random() < 0.5) logins.push(login(city, hours + 1.2));
    }
    hours += 30 + 30 * random();
    if (random() < 0.4) city = pick(WORLD_CITIES, random);
  }
  return { kind: 'attacked user', logins, attacks };
}
