import { parseIpAddress, type IpAddress } from '../src/common/ip/ip-address.js';
import { GeoVelocityService } from '../src/modules/geo-velocity/geo-velocity.service.js';
import { TravelTrust } from '../src/modules/geo-velocity/trust/travel-trust.js';
import type { LoginPlace } from '../src/modules/geo-velocity/travel/travel-point.js';
import type { Database } from '../src/modules/storage/database.js';
import { DATABASES, dispose } from './support/databases.js';
import { FakeClock } from './support/fake-clock.js';
import { BERLIN, NEW_YORK, TOKYO } from './support/made-logins.js';

jest.setTimeout(60_000);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const address = (text: string): IpAddress => {
  const parsed = parseIpAddress(text);
  if (parsed === undefined) throw new TypeError(text);
  return parsed;
};

describe.each(DATABASES)('what a user is trusted with, in the $name database', ({ create }) => {
  let database: Database;
  let clock: FakeClock;
  let service: GeoVelocityService;
  let trust: TravelTrust;
  let challengedAt: LoginPlace;
  let users = 0;
  let userId: string;

  beforeAll(async () => {
    database = await create();
  });
  afterAll(() => dispose(database));
  beforeEach(() => {
    clock = new FakeClock(Date.now());
    service = new GeoVelocityService({ database, clock, placeOf: () => BERLIN });
    trust = new TravelTrust({ database, clock, trustDays: 30, placeOf: () => challengedAt });
    userId = `user-${(users += 1)}`;
  });

  const login = (ip: string, place = BERLIN) => service.record({ userId, address: address(ip), place });

  const passChallenge = (ip: string, place = TOKYO): Promise<void> => {
    challengedAt = place;
    return trust.passedChallenge(userId, ip);
  };

  it('relieves the network and the country of a passed challenge, for its days alone', async () => {
    await login('81.10.0.1');
    await passChallenge('81.12.0.1');
    const until = clock.now() + 30 * DAY_MS;
    clock.advance(HOUR_MS);

    expect((await login('81.12.0.99', TOKYO)).relief).toEqual({ kind: 'network', country: undefined, until });
    expect((await login('81.12.1.1', TOKYO)).relief).toEqual({ kind: 'country', country: 'JP', until });
    expect((await login('81.13.0.1', NEW_YORK)).relief).toBeUndefined();
    clock.advance(30 * DAY_MS);
    expect((await login('81.12.0.1', TOKYO)).relief).toBeUndefined();
  });

  it('begins the days anew when another challenge is passed there', async () => {
    await passChallenge('81.12.0.1');
    clock.advance(20 * DAY_MS);
    await passChallenge('81.12.0.2');

    expect((await login('81.12.0.1', TOKYO)).relief?.until).toBe(clock.now() + 30 * DAY_MS);
  });

  it('learns no country from where the server of a VPN stands', async () => {
    await passChallenge('81.12.0.1', { ...TOKYO, network: 'vpn' });

    expect((await login('81.12.0.1', TOKYO)).relief?.kind).toBe('network');
    expect((await login('81.14.0.1', TOKYO)).relief).toBeUndefined();
  });

  it('finds nothing in announced travel, and says what was announced; withdrawn, it is found again', async () => {
    await login('81.10.0.1');
    const travel = await trust.announce(userId, { country: 'JP', until: clock.now() + DAY_MS });
    clock.advance(HOUR_MS);
    const report = await login('81.12.0.1', TOKYO);

    expect(report).toMatchObject({ verdict: { status: 'impossible' }, found: [], withdrawn: [] });
    expect(report.relief).toEqual({ kind: 'announced', country: 'JP', until: travel.until });
    expect(await service.findings(userId)).toEqual([]);
    expect(await trust.announced(userId)).toEqual([travel]);
    expect(await trust.withdraw('somebody-else', travel.id)).toBe(false);
    expect(await trust.withdraw(userId, travel.id)).toBe(true);
    expect(await trust.withdraw(userId, travel.id)).toBe(false);
    expect(await service.findings(userId)).toHaveLength(1);
  });

  it('covers no other country, and no other time', async () => {
    await login('81.10.0.1');
    clock.advance(1000);
    await trust.announce(userId, { country: 'JP', from: clock.now() + HOUR_MS, until: clock.now() + DAY_MS });

    expect(await service.check({ userId, address: address('81.12.0.1'), place: TOKYO })).toMatchObject({
      relief: undefined,
    });
    expect((await login('81.13.0.1', NEW_YORK)).found).toHaveLength(1);
    expect((await login('81.12.0.1', TOKYO)).relief).toBeUndefined();
    clock.advance(DAY_MS);
    expect((await login('81.12.0.1', TOKYO)).relief).toBeUndefined();
    expect(await trust.announced(userId)).toEqual([]);
  });

  it('takes twenty open trips of a user and no more, however fast they come', async () => {
    const plan = { country: 'JP', until: clock.now() + DAY_MS };

    const answers = await Promise.allSettled(Array.from({ length: 25 }, () => trust.announce(userId, plan)));

    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'LOGIN_INVALID' } });
  });

  it.each([
    ['that has ended', { until: -1 }],
    ['that never ends', { until: 367 * DAY_MS }],
    ['that ends before it begins', { from: 2 * HOUR_MS, until: HOUR_MS }],
    ['at no time', { until: Number.NaN }],
    ['to no country', { country: 'Japan', until: HOUR_MS }],
  ])(
    'refuses travel %s',
    async (_, { country = 'JP', from, until }: { country?: string; from?: number; until: number }) => {
      const plan = { country, from: from === undefined ? undefined : clock.now() + from, until: clock.now() + until };

      await expect(trust.announce(userId, plan)).rejects.toMatchObject({ code: 'LOGIN_INVALID' });
    },
  );

  it('takes the id of a trip as text', async () => {
    expect(await trust.withdraw(userId, `' or ''='`)).toBe(false);
    expect(await trust.withdraw(userId, 'a\0b')).toBe(false);
  });

  it('is erased with the user', async () => {
    await passChallenge('81.12.0.1');
    await trust.announce(userId, { country: 'JP', until: clock.now() + DAY_MS });

    expect(await service.erase(userId)).toEqual({ logins: 0, trust: 3, decisions: 0 });
    expect((await login('81.12.0.1', TOKYO)).relief).toBeUndefined();
  });
});
