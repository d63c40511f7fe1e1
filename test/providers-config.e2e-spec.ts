import { readServiceConfig, type ServiceConfig } from '../src/common/config/service-config.js';
import { InvalidConfigurationError } from '../src/common/errors/ip-risk.error.js';
import { SandboxServer } from '../src/sandbox/sandbox-server.js';
import { serviceProviders } from '../src/service-providers.js';
import { ServiceApp } from './support/service-app.js';

const KEY = 'canary-7d1f0a93';
/** The shipped data takes seconds to load on a busy machine. */
jest.setTimeout(30_000);

describe('The service’s providers', () => {
  const providersOf = (variables: Readonly<Record<string, string>>) =>
    serviceProviders(readServiceConfig({ IP_RISK_FEEDS: 'none', ...variables }));

  it('are those that IP_RISK_PROVIDERS names, in its order', () => {
    const providers = providersOf({
      IP_RISK_PROVIDERS: 'abuseipdb,offline,ipstack',
      ABUSEIPDB_API_KEY: KEY,
      IPSTACK_ACCESS_KEY: KEY,
      IPSTACK_DAILY_BUDGET: '100',
    });
    expect(providers.map(({ id, kind }) => [id, kind])).toEqual([
      ['abuseipdb', 'vendor'],
      ['offline', 'offline'],
      ['ipstack', 'vendor'],
    ]);
    expect(providers[2]?.limits).toMatchObject({ dailyBudget: 100 });
    expect(JSON.stringify(providers)).not.toContain(KEY);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a name that does not exist', { IP_RISK_PROVIDERS: 'ipstakc' }, /IP_RISK_PROVIDERS: .*"ipstakc".*ipstack/],
    ['a name of the prototype', { IP_RISK_PROVIDERS: 'constructor' }, /IP_RISK_PROVIDERS: .*"constructor"/],
    ['a vendor without its key', { IP_RISK_PROVIDERS: 'ipstack,offline' }, /IPSTACK_ACCESS_KEY is not set/],
    ['a key of blanks', { IP_RISK_PROVIDERS: 'ipstack', IPSTACK_ACCESS_KEY: '  ' }, /IPSTACK_ACCESS_KEY is not set/],
    ['a key that is two', { IP_RISK_PROVIDERS: 'ipstack', IPSTACK_ACCESS_KEY: `${KEY} x` }, /IPSTACK_ACCESS_KEY/],
    [
      'a vendor where nothing may leave the house',
      { IP_RISK_PROVIDERS: 'ipstack', IPSTACK_ACCESS_KEY: KEY, IP_RISK_NO_EGRESS: 'true' },
      /IP_RISK_NO_EGRESS .* IP_RISK_PROVIDERS names ipstack/,
    ],
    ['a name twice', { IP_RISK_PROVIDERS: 'offline,offline' }, /IP_RISK_PROVIDERS names offline twice/],
    ['no name', { IP_RISK_PROVIDERS: ',' }, /IP_RISK_PROVIDERS is empty/],
    [
      'a misspelt budget',
      { IP_RISK_PROVIDERS: 'ipstack', IPSTACK_ACCESS_KEY: KEY, IPSTACK_DAILY_BUGDET: '5' },
      /IPSTACK_DAILY_BUGDET is not a variable/,
    ],
    [
      'a budget of less than nothing',
      { IP_RISK_PROVIDERS: 'ipstack', IPSTACK_ACCESS_KEY: KEY, IPSTACK_DAILY_BUDGET: '-5' },
      /IPSTACK_DAILY_BUDGET must be a whole number/,
    ],
    [
      'a vendor that is asked in the clear',
      { IP_RISK_PROVIDERS: 'ipstack', IPSTACK_ACCESS_KEY: KEY, IPSTACK_BASE_URL: 'http://vendor.example' },
      /IPSTACK_BASE_URL/,
    ],
  ])('are refused for %s, in a sentence that names the variable and no key', (_, variables, sentence) => {
    const start = () => providersOf(variables);
    expect(start).toThrow(InvalidConfigurationError);
    expect(start).toThrow(sentence);
    expect(start).not.toThrow(KEY);
  });
});

describe('The service with vendors', () => {
  let sandbox: SandboxServer;
  let service: ServiceApp | undefined;

  const settingsOf = (more: Readonly<Record<string, string>>): Partial<ServiceConfig> => {
    const { providers, vendorVariables, strategy, quorum } = readServiceConfig({
      IPSTACK_ACCESS_KEY: KEY,
      IPSTACK_BASE_URL: sandbox.baseUrls.ipstack,
      ABUSEIPDB_API_KEY: KEY,
      ABUSEIPDB_BASE_URL: sandbox.baseUrls.abuseipdb,
      ...more,
    });
    // Time enough on a busy machine: what is tested here is what is said, not how fast.
    return { providers, vendorVariables, strategy, quorum, deadlineMs: 5000 };
  };
  const start = async (more: Readonly<Record<string, string>>): Promise<ServiceApp> => {
    service = await ServiceApp.start(settingsOf(more));
    return service;
  };
  let asked = 0;
  /** Every time other addresses: the cache would answer for the vendors. */
  const lookUp = async ({ http }: ServiceApp, count: number) => {
    for (let index = 0; index < count; index += 1) {
      asked += 1;
      const { status } = await http.post('/v1/ips/risk', { ip_address: `8.8.${asked}.8` });
      expect([200, 503]).toContain(status);
    }
  };
  const readiness = async ({ http }: ServiceApp) => {
    const [health, ready] = [await http.call('/health'), await http.call('/health/ready')];
    expect(`${health.text}${ready.text}`).not.toContain(KEY);
    const { ipstack, abuseipdb } = health.json.details.providers;
    const statuses = [ipstack?.provider_status, abuseipdb?.provider_status];
    return { codes: [health.status, ready.status], statuses, ipstack };
  };

  beforeAll(async () => {
    sandbox = await SandboxServer.start();
  });
  afterAll(() => sandbox.close());
  beforeEach(() => {
    sandbox.reset();
  });
  afterEach(async () => {
    await service?.close();
    service = undefined;
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'escalation without offline data',
      { IP_RISK_PROVIDERS: 'ipstack', IP_RISK_STRATEGY: 'escalate' },
      /strategy: escalate needs offline/,
    ],
    [
      'escalation without a vendor',
      { IP_RISK_PROVIDERS: 'offline', IP_RISK_STRATEGY: 'escalate' },
      /strategy: escalate needs offline/,
    ],
    [
      'a quorum of more vendors than there are',
      { IP_RISK_PROVIDERS: 'ipstack,offline', IP_RISK_QUORUM: '2' },
      /quorum: 2 is not a whole number from 1 to 1/,
    ],
  ])('does not start with %s', async (_, variables, sentence) => {
    await expect(start(variables)).rejects.toThrow(sentence);
  });

  it('is up, says so for nothing, and shows no key', async () => {
    const app = await start({ IP_RISK_PROVIDERS: 'ipstack,abuseipdb' });
    await lookUp(app, 3);
    const before = [sandbox.requestCount('ipstack'), sandbox.requestCount('abuseipdb')];
    for (let call = 0; call < 5; call += 1) {
      const { codes, statuses, ipstack } = await readiness(app);
      expect([codes, statuses]).toEqual([
        [200, 200],
        ['up', 'up'],
      ]);
      expect(ipstack).toMatchObject({ kind: 'vendor', breaker: 'closed', calls: { ok: 3 }, refused: {} });
    }
    expect([sandbox.requestCount('ipstack'), sandbox.requestCount('abuseipdb')]).toEqual(before);
    expect(before).toEqual([3, 3]);
  });

  it('is ready, one vendor being degraded or down, while another can meet the quorum', async () => {
    const app = await start({ IP_RISK_PROVIDERS: 'ipstack,abuseipdb' });
    await lookUp(app, 4);
    sandbox.setFault('ipstack', { kind: 'status', status: 404 });
    await lookUp(app, 2);
    expect(await readiness(app)).toMatchObject({ codes: [200, 200], statuses: ['degraded', 'up'] });
    await lookUp(app, 10);
    expect(await readiness(app)).toMatchObject({ codes: [200, 200], statuses: ['down', 'up'] });
  });

  it('is not ready, though alive, when no quorum can be met', async () => {
    const app = await start({ IP_RISK_PROVIDERS: 'ipstack,abuseipdb', IP_RISK_QUORUM: '2' });
    expect(await readiness(app)).toMatchObject({ codes: [200, 200] });
    sandbox.setFault('abuseipdb', { kind: 'status', status: 402 });
    await lookUp(app, 1);
    expect(await readiness(app)).toMatchObject({ codes: [200, 503], statuses: ['up', 'down'] });
    expect((await app.http.call('/health/live')).status).toBe(200);
    expect((await app.http.call('/health')).json.status).toBe('error');
  });

  it('stays ready by escalation while offline data gives verdicts, its vendor being down', async () => {
    const app = await start({
      IP_RISK_PROVIDERS: 'ipstack,offline',
      IP_RISK_STRATEGY: 'escalate',
      IPSTACK_DAILY_BUDGET: '0',
    });
    expect(await readiness(app)).toMatchObject({ codes: [200, 200], statuses: ['down', undefined] });
    const { status, json } = await app.http.post('/v1/ips/risk', { ip_address: '84.134.1.1' });
    expect([status, json.assessment.status]).toEqual([200, 'complete']);
  });

  it('does not start with a quorum of two vendors that repeat one source', async () => {
    const variables = { IPQS_API_KEY: KEY, BELTIC_API_KEY: KEY };
    const repeated = { IP_RISK_PROVIDERS: 'ipqualityscore,beltic', IP_RISK_QUORUM: '2', ...variables };
    await expect(start(repeated)).rejects.toThrow(/quorum: 2 .* 1 to 1, .* count once/);
  });

  it('says that a vendor is degraded that refuses every address', async () => {
    const app = await start({ IP_RISK_PROVIDERS: 'ipstack,abuseipdb' });
    sandbox.setFault('abuseipdb', { kind: 'status', status: 422 });
    await lookUp(app, 10);
    expect(await readiness(app)).toMatchObject({ codes: [200, 200], statuses: ['up', 'degraded'] });
  });

  it('is not ready when the budget of its only vendor is spent: offline data alone is no quorum', async () => {
    const app = await start({ IP_RISK_PROVIDERS: 'ipstack,offline', IPSTACK_DAILY_BUDGET: '2' });
    await lookUp(app, 1);
    expect(await readiness(app)).toMatchObject({ codes: [200, 200], ipstack: { budget_left: 1 } });
    await lookUp(app, 3);
    expect(await readiness(app)).toMatchObject({
      codes: [200, 503],
      statuses: ['down', undefined],
      ipstack: { budget_left: 0, refused: { PROVIDER_QUOTA: 2 } },
    });
    expect(sandbox.requestCount('ipstack')).toBe(2);
  });
});
