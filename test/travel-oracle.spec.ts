import { seededRandom } from '../src/modules/geo-velocity/anomalies/seeded-random.js';
import { findingsIn } from '../src/modules/geo-velocity/travel/travel-findings.js';
import type { TravelPoint } from '../src/modules/geo-velocity/travel/travel-point.js';
import { judgeTravel } from '../src/modules/geo-velocity/travel/travel-rules.js';
import { DEFAULT_TRAVEL_LIMITS as LIMITS } from '../src/modules/geo-velocity/travel/travel-verdict.js';
import { idOf, RecordedTravel } from './support/recorded-travel.js';
import { attackedUser, loginPairs, type UserHistory } from './support/travel-histories.js';
import { cannotBeBoth, isNearThreshold, showsPlace } from './support/travel-oracle.js';

const PAIRS = 10_000;
const ORDERS = 100;

/** True positives, false positives, false negatives. */
interface Tally {
  readonly hits: number;
  readonly wrong: number;
  readonly missed: number;
}

function tallied(found: ReadonlySet<string>, expected: ReadonlySet<string>): Tally {
  const hits = [...found].filter((id) => expected.has(id)).length;
  return { hits, wrong: found.size - hits, missed: expected.size - hits };
}

const percentOf = (part: number, whole: number): string => (part / whole).toFixed(3);
const scoresOf = ({ hits, wrong, missed }: Tally): string =>
  `precision ${percentOf(hits, hits + wrong)}, recall ${percentOf(hits, hits + missed)} (${hits} found, ${wrong} wrong, ${missed} missed)`;

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const order = [...values];
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [order[index], order[other]] = [order[other] as T, order[index] as T];
  }
  return order;
}

/** Ids of one user's findings after that user's logins arrived as these indexes say. */
function recordedIn(arrivals: readonly number[], { logins }: UserHistory): string[] {
  const recorded = new RecordedTravel(LIMITS);
  for (const index of arrivals) recorded.record(logins[index] as TravelPoint);
  return recorded.all().map(idOf);
}

/**
 * Ids of all findings after the logins of all users arrived in one order, a tenth of them twice.
 *
 * @param known what came of the orders before: users share nothing, and two or three logins have few orders.
 */
function deliver(users: readonly UserHistory[], random: () => number, known: Map<string, string[]>): Set<string> {
  const arrivals = users.map((): number[] => []);
  const events = users.flatMap(({ logins }, user) => logins.map((_, login) => ({ login, user })));
  const again = events.filter(() => random() < 0.1);
  for (const { login, user } of shuffled([...events, ...again], random)) arrivals[user]?.push(login);
  return new Set(
    users.flatMap((user, index) => {
      const order = arrivals[index] ?? [];
      const key = `${index}: ${order.join()}`;
      const ids = known.get(key) ?? recordedIn(order, user);
      known.set(key, ids);
      return ids;
    }),
  );
}

const endsOf = ({ logins }: UserHistory): [TravelPoint, TravelPoint] => [
  logins[0] as TravelPoint,
  logins.at(-1) as TravelPoint,
];

describe('impossible travel against an oracle that shares nothing with it', () => {
  const all = loginPairs(PAIRS, 900);
  const pairs = all.filter((pair) => !isNearThreshold(...endsOf(pair)));
  const impossible = pairs.filter((pair) => cannotBeBoth(...endsOf(pair)));
  const expected = new Set(
    impossible.map((pair) =>
      endsOf(pair)
        .map(({ eventId }) => eventId)
        .join(' -> '),
    ),
  );

  it('is tried on pairs of every kind, with enough of either answer', () => {
    expect(all).toHaveLength(PAIRS);
    expect(new Set(pairs.map(({ kind }) => kind)).size).toBe(13);
    expect(pairs.length).toBeGreaterThan(0.95 * PAIRS);
    expect(impossible.length).toBeGreaterThan(0.25 * PAIRS);
    expect(impossible.length).toBeLessThan(0.75 * PAIRS);
  });

  it('judges each pair as the oracle does', () => {
    const wrong = pairs.filter((pair) => {
      const [from, to] = endsOf(pair);
      const { status } = judgeTravel(pair.logins.slice(0, -1), to, LIMITS);
      if (!showsPlace(to)) return !['unknown', 'not-comparable'].includes(status);
      if (!showsPlace(from)) return status !== 'first';
      return status !== (cannotBeBoth(from, to) ? 'impossible' : 'possible');
    });
    expect(wrong).toEqual([]);
  });

  it(`has precision and recall 1 in ${ORDERS} orders of delivery`, () => {
    const random = seededRandom(100);
    const known = new Map<string, string[]>();
    const tallies = Array.from({ length: ORDERS }, () => tallied(deliver(pairs, random, known), expected));
    const sum = tallies.reduce((a, b) => ({
      hits: a.hits + b.hits,
      wrong: a.wrong + b.wrong,
      missed: a.missed + b.missed,
    }));
    process.stdout.write(
      `Impossible travel, ${PAIRS} pairs of logins (${pairs.length} judged, ${impossible.length} of them impossible; ` +
        `${PAIRS - pairs.length} within 1 % of a threshold left out), ${ORDERS} orders of delivery: ${scoresOf(sum)}\n`,
    );
    expect(new Set(tallies.map(scoresOf))).toEqual(
      new Set([`precision 1.000, recall 1.000 (${impossible.length} found, 0 wrong, 0 missed)`]),
    );
  });

  it(`finds each attack on a travelling user once, in ${ORDERS} orders of delivery`, () => {
    const random = seededRandom(7);
    const made = Array.from({ length: 50 }, () => attackedUser(random));
    // Only where every trip of the user's own is one that can be made, and every attack is one that cannot.
    const users = made.filter(({ logins, attacks }) => {
      const attackers = new Set(attacks.map(({ city, ts }) => `${city ?? ''} ${Math.floor(ts)}`));
      return attackers.size === attacks.length && isSound(logins, attacks);
    });
    const attacks = new Set(users.flatMap((user) => user.attacks.map(({ eventId }) => eventId)));
    const sorted = new Set(users.flatMap(({ logins }) => findingsIn(logins, LIMITS).map(idOf)));
    const orders = Array.from({ length: ORDERS }, () => deliver(users, random, new Map()));
    const tally = tallied(new Set([...sorted].map((id) => id.split(' -> ')[1] as string)), attacks);
    const logins = users.reduce((total, user) => total + user.logins.length, 0);
    process.stdout.write(
      `Attacks on ${users.length} travelling users, ${logins} logins: ${scoresOf(tally)}; ` +
        `the same ${sorted.size} findings in ${ORDERS} orders: ${String(orders.every((ids) => isSame(ids, sorted)))}\n`,
    );
    expect(users.length).toBeGreaterThan(40);
    expect(tally).toEqual({ hits: attacks.size, wrong: 0, missed: 0 });
    for (const ids of orders) expect(isSame(ids, sorted)).toBe(true);
  });
});

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}

function isSound(logins: readonly TravelPoint[], attacks: readonly TravelPoint[]): boolean {
  const isAttack = (one: TravelPoint): boolean =>
    attacks.some(({ city, ts }) => one.city === city && Math.abs(one.ts - ts) < 3_600_000);
  const own = logins.filter((one) => showsPlace(one) && !isAttack(one));
  return own.every((one, index) => index === 0 || !cannotBeBoth(own[index - 1] as TravelPoint, one));
}
