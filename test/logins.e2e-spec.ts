import { systemClock } from '../src/common/clock/clock.js';
import { parseIpAddress, type IpAddress } from '../src/common/ip/ip-address.js';
import { SecretText } from '../src/common/secrets/secret-text.js';
import { GeoVelocityService } from '../src/modules/geo-velocity/geo-velocity.service.js';
import type { Database } from '../src/modules/storage/database.js';
import { DATABASES, dispose } from './support/databases.js';
import { FindingsLedger, tripsOf } from './support/findings-ledger.js';
import { BERLIN, TOKYO } from './support/made-logins.js';

jest.setTimeout(120_000);

const HOUR_MS = 3_600_000;
const HASH_KEY = new SecretText('not-a-key-but-long-enough');

const address = (text: string): IpAddress => {
  const parsed = parseIpAddress(text);
  if (parsed === undefined) throw new TypeError(text);
  return parsed;
};

describe.each(DATABASES)('logins in the $name database', ({ create }) => {
  let database: Database;
  let service: GeoVelocityService;
  let now: number;
  let users = 0;

  const someone = (): string => `user-${(users += 1)}`;
  const made = (options: Partial<ConstructorParameters<typeof GeoVelocityService>[0]> = {}): GeoVelocityService =>
    new GeoVelocityService({ database, clock: systemClock, hashKey: HASH_KEY, placeOf: () => BERLIN, ...options });
  const rowsOf = async (userId: string): Promise<readonly Record<string, unknown>[]> => {
    const { rows } = await database.query<Record<string, unknown>>(
      `select *, host(ip) as plain from ${database.schema}.user_login_events where user_id = $1 order by ts, event_id`,
      [userId],
    );
    return rows;
  };

  beforeAll(async () => {
    database = await create();
    service = made();
    now = Date.now();
  });
  afterAll(() => dispose(database));

  it('is silent at a first login, and reports the trip that nobody can have made', async () => {
    const userId = someone();

    const first = await service.record({ userId, address: address('81.10.0.1'), place: BERLIN, ts: now - HOUR_MS });
    const second = await service.record({ userId, address: address('81.11.0.1'), place: TOKYO, ts: now });

    expect(first).toMatchObject({ verdict: { status: 'first' }, isDuplicate: false, found: [], withdrawn: [] });
    expect(second.verdict).toMatchObject({
      status: 'impossible',
      isCountryChanged: true,
      from: { eventId: first.login.eventId },
    });
    expect(tripsOf(second.found)).toEqual([`${first.login.eventId} > ${second.login.eventId}`]);
    expect(tripsOf(await service.findings(userId))).toEqual(tripsOf(second.found));
  });

  it('checks without recording, and says what recording would say', async () => {
    const userId = someone();
    await service.record({ userId, address: address('81.10.0.1'), place: BERLIN, ts: now });
    const login = { userId, address: address('81.11.0.1'), place: TOKYO, ts: now };

    const checked = await service.check(login);

    expect(await rowsOf(userId)).toHaveLength(1);
    expect(checked.verdict).toMatchObject({ status: 'impossible', speedKmh: Infinity });
    expect(await service.record({ ...login, eventId: 'zzz' })).toMatchObject({ verdict: { status: 'impossible' } });
  });

  it('looks an address up, and makes the same id for the same user, address and time', async () => {
    const userId = someone();

    const first = await service.recordLogin(userId, '81.10.0.1', new Date(now));
    const again = await service.recordLogin(userId, '::ffff:81.10.0.1', now);
    const other = await service.recordLogin(userId, '81.10.0.2', now);

    expect(first).toMatchObject({ isDuplicate: false, login: { city: 'Berlin', ts: now } });
    expect(again).toMatchObject({ isDuplicate: true, login: first.login });
    expect(other.isDuplicate).toBe(false);
    expect(await rowsOf(userId)).toHaveLength(2);
    await expect(service.recordLogin(userId, '81.10.0.256')).rejects.toMatchObject({ code: 'LOGIN_INVALID' });
  });

  it('knows an event by its id under any time and place, for that user alone', async () => {
    const userId = someone();
    const login = {
      userId,
      address: address('81.10.0.1'),
      place: BERLIN,
      ts: now - 60 * 24 * HOUR_MS,
      eventId: 'the-login',
    };
    const first = await service.record(login);

    const again = await service.record({ ...login, place: TOKYO, address: address('81.11.0.1'), ts: now });
    const others = await service.record({ ...login, userId: someone() });

    expect(again).toMatchObject({ isDuplicate: true, login: first.login, found: [], withdrawn: [] });
    expect(others.isDuplicate).toBe(false);
    expect(await rowsOf(userId)).toHaveLength(1);
  });

  it('records an event once that is reported twenty times at once', async () => {
    const userId = someone();
    const login = { userId, address: address('81.10.0.1'), place: BERLIN, ts: now, eventId: 'raced' };

    const reports = await Promise.all(Array.from({ length: 20 }, () => service.record(login)));

    expect(reports.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1);
    expect(await rowsOf(userId)).toHaveLength(1);
  });

  it('withdraws a finding that a late login explains', async () => {
    const userId = someone();
    const at = (ip: string, ts: number, place = BERLIN) => service.record({ userId, address: address(ip), place, ts });
    await at('81.10.0.1', now - 40 * HOUR_MS);
    const tokyo = await at('81.12.0.1', now, TOKYO);
    const berlin = await at('81.10.0.1', now - HOUR_MS);
    const late = await at('81.12.0.2', now - 18 * HOUR_MS, TOKYO);

    expect(tokyo.found).toEqual([]);
    expect(tripsOf(berlin.found)).toEqual([`${berlin.login.eventId} > ${tokyo.login.eventId}`]);
    expect(tripsOf(await service.findings(userId))).toEqual(
      (() => {
        const ledger = new FindingsLedger();
        for (const report of [tokyo, berlin, late]) ledger.add(report);
        return ledger.trips();
      })(),
    );
  });

  it('erases a user, logins and trust, and nobody else', async () => {
    const [userId, other] = [someone(), someone()];
    for (const id of [userId, userId, other]) await service.recordLogin(id, '81.10.0.1');

    expect(await service.erase(userId)).toEqual({ logins: 2, trust: 0, decisions: 0 });
    expect(await service.erase(userId)).toEqual({ logins: 0, trust: 0, decisions: 0 });
    expect(await rowsOf(userId)).toEqual([]);
    expect(await rowsOf(other)).toHaveLength(1);
  });

  it('leaves nothing of a user when it is erased while logins arrive', async () => {
    const userId = someone();
    const writes = Array.from({ length: 30 }, () => service.recordLogin(userId, '81.10.0.1'));
    const erased = await service.erase(userId);
    await Promise.all(writes);
    const late = (await rowsOf(userId)).length;

    expect(erased.logins + late).toBe(30);
    expect(await service.erase(userId)).toEqual({ logins: late, trust: 0, decisions: 0 });
  });

  it.each([
    ['SQL', `'; drop schema public cascade; --`],
    ['emoji of 256 characters', '🧭'.repeat(256)],
    ['quotes and backslashes', `"\\'$1$$`],
  ])('takes user ids of %s as text', async (_, userId) => {
    await service.recordLogin(userId, '2001:db8::1', now, userId.slice(0, 100));

    expect(await rowsOf(userId)).toMatchObject([
      { user_id: userId, event_id: userId.slice(0, 100), plain: '2001:db8::1' },
    ]);
  });

  it.each([
    ['a placeholder', { userId: 'anonymous' }],
    ['NUL in the user id', { userId: 'a\0b' }],
    ['a lone surrogate', { userId: 'a\ud800' }],
    ['an empty event id', { eventId: '' }],
    ['an event id of 129 characters', { eventId: 'e'.repeat(129) }],
    ['NUL in the event id', { eventId: 'e\0' }],
    ['1970', { ts: 0 }],
    ['seconds instead of milliseconds', { ts: Math.floor(Date.now() / 1000) }],
    ['the future', { ts: Date.now() + 2 * HOUR_MS }],
    ['NaN', { ts: Number.NaN }],
    ['infinity', { ts: Infinity }],
  ])('refuses %s, recording or checking', async (_, wrong) => {
    const login = { userId: someone(), address: address('81.10.0.1'), place: BERLIN, ...wrong };

    await expect(service.record(login)).rejects.toMatchObject({ code: 'LOGIN_INVALID' });
    await expect(service.check(login)).rejects.toMatchObject({ code: 'LOGIN_INVALID' });
  });

  it.each([
    ['latitude 100', { latitude: 100 }],
    ['NaN', { latitude: Number.NaN, longitude: Number.NaN }],
    ['null', { latitude: null as unknown as number }],
    ['one of two', { longitude: undefined }],
    ['an infinite radius', { accuracyRadiusKm: Infinity, city: undefined }],
  ])('alerts nobody for coordinates of %s', async (_, wrong) => {
    const userId = someone();
    await service.record({ userId, address: address('81.10.0.1'), place: BERLIN, ts: now - 1 });

    const odd = await service.record({ userId, address: address('81.11.0.1'), place: { ...TOKYO, ...wrong }, ts: now });

    expect(odd).toMatchObject({ verdict: { status: 'unknown' }, found: [], withdrawn: [] });
    expect(await service.findings(userId)).toEqual([]);
  });

  it('keeps no plain address with addressDays 0, and knows the client all the same', async () => {
    const userId = someone();
    const hidden = made({ addressDays: 0 });
    const login = { userId, address: address('81.10.0.1'), ts: now };

    await hidden.record({ ...login, place: BERLIN, ts: now - 1000 });
    const same = await hidden.record({ ...login, place: TOKYO });
    const other = await hidden.record({ ...login, place: TOKYO, address: address('81.11.0.1'), ts: now + 1 });

    expect([same.verdict.status, other.verdict.status]).toEqual(['possible', 'possible']);
    const rows = await rowsOf(userId);
    expect(rows.map(({ ip }) => ip)).toEqual([null, null, null]);
    expect(JSON.stringify(rows)).not.toContain('81.1');
  });

  it('gives other pseudonyms under another key', async () => {
    const userId = someone();
    await service.recordLogin(userId, '81.10.0.1', now, 'a');
    await made({ hashKey: new SecretText('another-key-of-some-length') }).recordLogin(userId, '81.10.0.1', now, 'b');
    await service.recordLogin(userId, '81.10.0.1', now, 'c');

    const names = (await rowsOf(userId)).map(({ ip_pseudonym: name }) => name);
    expect(names[0]).toBe(names[2]);
    expect(names[0]).not.toBe(names[1]);
  });
});
