import { systemClock } from '../src/common/clock/clock.js';
import { parseIpAddress, type IpAddress } from '../src/common/ip/ip-address.js';
import { GeoVelocityService } from '../src/modules/geo-velocity/geo-velocity.service.js';
import { networkOf } from '../src/modules/geo-velocity/privacy/network-of.js';
import type { LoginReport } from '../src/modules/geo-velocity/geo-velocity.js';
import { findingsIn } from '../src/modules/geo-velocity/travel/travel-findings.js';
import { DEFAULT_TRAVEL_LIMITS } from '../src/modules/geo-velocity/travel/travel-verdict.js';
import type { Database } from '../src/modules/storage/database.js';
import { DATABASES, dispose } from './support/databases.js';
import { FindingsLedger, tripsOf } from './support/findings-ledger.js';
import { BERLIN, madeHistory, NEW_YORK, numbersOf, shuffled, TOKYO, type MadeLogin } from './support/made-logins.js';

jest.setTimeout(120_000);

const HOUR_MS = 3_600_000;

const address = (text: string): IpAddress => {
  const parsed = parseIpAddress(text);
  if (parsed === undefined) throw new TypeError(text);
  return parsed;
};

const findingsOf = (history: readonly MadeLogin[]): string[] =>
  tripsOf(
    findingsIn(
      history.map(({ place, eventId, ts, ip }) => ({
        ...place,
        eventId,
        ts,
        address: ip,
        prefix: networkOf(address(ip)),
      })),
      DEFAULT_TRAVEL_LIMITS,
    ),
  );

describe.each(DATABASES)('findings in the $name database, whatever the order of arrival', ({ create }) => {
  let database: Database;
  let service: GeoVelocityService;
  let now: number;

  const recorded = ({ ip, ...login }: MadeLogin): Promise<LoginReport> =>
    service.record({ ...login, address: address(ip) });

  beforeAll(async () => {
    database = await create();
    service = new GeoVelocityService({ database, clock: systemClock, placeOf: () => BERLIN });
    now = Date.now();
  });
  afterAll(() => dispose(database));

  it('are the same in 100 orders of delivery, duplicates among them, by what it reports and by what it stores', async () => {
    const history = madeHistory('any', 16, now, 28);
    const expected = findingsOf(history);
    expect(expected.length).toBeGreaterThan(2);

    const wrong: string[] = [];
    const deliver = async (order: number): Promise<void> => {
      const next = numbersOf(order);
      const userId = `order-${order}`;
      const ledger = new FindingsLedger();
      for (const login of shuffled([...history, ...history.slice(0, 5)], next))
        ledger.add(await recorded({ ...login, userId }));
      if (String(ledger.trips()) !== String(expected)) wrong.push(`reports of order ${order}`);
      if (String(tripsOf(await service.findings(userId))) !== String(expected)) wrong.push(`history of order ${order}`);
    };
    for (let order = 0; order < 100; order += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, index) => deliver(order + index)));
    }

    expect(wrong).toEqual([]);
  });

  it('are the same where more logins than are looked at lie on both sides', async () => {
    const userId = 'dense';
    const next = numbersOf(11);
    const history = Array.from({ length: 130 }, (_, index): MadeLogin => {
      const place = next() < 0.8 ? BERLIN : next() < 0.5 ? TOKYO : NEW_YORK;
      return {
        userId,
        eventId: `e${index}`,
        ts: now - Math.floor(next() * 20) * HOUR_MS,
        ip: `81.${place.country === 'DE' ? 10 : 11}.${index}.1`,
        place,
      };
    });
    const ledger = new FindingsLedger();
    for (const login of shuffled(history, next)) ledger.add(await recorded(login));

    expect(ledger.trips()).toEqual(findingsOf(history));
    expect(tripsOf(await service.findings(userId))).toEqual(findingsOf(history));
  });

  it('are the same when eight write at once, duplicates among them', async () => {
    const history = madeHistory('eight', 60, now, 3);
    const ledger = new FindingsLedger();
    const queue = shuffled([...history, ...history], numbersOf(5));
    const write = async (): Promise<void> => {
      for (let login = queue.pop(); login !== undefined; login = queue.pop()) ledger.add(await recorded(login));
    };
    await Promise.all(Array.from({ length: 8 }, write));

    expect(ledger.trips()).toEqual(findingsOf(history));
    expect(tripsOf(await service.findings(history[0]?.userId ?? ''))).toEqual(findingsOf(history));
  });
});
