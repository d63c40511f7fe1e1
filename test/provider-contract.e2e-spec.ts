import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  abuseipdb,
  apiverve,
  beltic,
  ipgeolocation,
  ipqualityscore,
  ipstack,
  offline,
  type VendorOptions,
} from 'nestjs-ip-risk';
import { FakeProvider, providerContract, type IpIntelligenceProvider, type WireRequest } from 'nestjs-ip-risk/testing';
import { SandboxServer } from '../src/sandbox/sandbox-server.js';
import { writeMmdb } from './support/write-mmdb.js';

const VENDORS = { abuseipdb, apiverve, beltic, ipgeolocation, ipqualityscore, ipstack };
const BASE_URL = 'https://vendor.example';
/** A Tor exit to every vendor in the sandbox: the good answer states as much as they can. */
const TOR_EXIT = ['185.220.101.1', '2a0b:f4c2::1'] as const;

describe.each(Object.entries(VENDORS))('%s keeps the contract of a provider:', (name, factory) => {
  const create: (options: VendorOptions) => IpIntelligenceProvider = factory;
  let sandbox: SandboxServer;

  beforeAll(async () => {
    sandbox = await SandboxServer.start();
  });
  afterAll(() => sandbox.close());

  const answer = ({ url, method, headers, body }: WireRequest): Promise<Response> =>
    fetch(`${sandbox.baseUrls[name as keyof typeof VENDORS]}${url.href.slice(BASE_URL.length)}`, {
      method,
      headers,
      ...(body === '' ? {} : { body }),
    });

  for (const { promise, run } of providerContract({ create, answer, baseUrl: BASE_URL, addresses: TOR_EXIT })) {
    it(promise, run);
  }
});

describe('offline keeps the contract of a provider:', () => {
  const folder = join(tmpdir(), `ip-risk-contract-${process.pid}`);

  beforeAll(async () => {
    await mkdir(folder);
    const data = { country_code: 'DE', city: 'Berlin', latitude: 52.5, longitude: 13.4 };
    const records = TOR_EXIT.map((address) => ({ prefix: address, data }));
    await writeFile(join(folder, 'city.mmdb'), writeMmdb({ ipVersion: 6, databaseType: 'Test-City', records }));
    await writeFile(
      join(folder, 'asn.csv'),
      '185.220.101.0,185.220.101.255,60729,"Example"\n2a0b:f4c0::,2a0b:f4c7:ffff:ffff:ffff:ffff:ffff:ffff,60729,"Example"\n',
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  const create = (): IpIntelligenceProvider =>
    offline({ cityDb: [join(folder, 'city.mmdb')], asnDb: [join(folder, 'asn.csv')], mayDownload: false });
  for (const { promise, run } of providerContract({ create, addresses: TOR_EXIT })) it(promise, run);
});

describe('the fake keeps the contract of a provider:', () => {
  const create = (): IpIntelligenceProvider => new FakeProvider({ otherwise: { score: 50 } });
  for (const { promise, run } of providerContract({ create })) it(promise, run);
});
