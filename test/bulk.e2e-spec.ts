import fc from 'fast-check';
import { DecisionCounters, IP_INTELLIGENCE_PROVIDERS, RiskEvents } from 'nestjs-ip-risk';
import { ApiKeys } from '../src/common/config/api-keys.js';
import type { Answer } from './support/http-client.js';
import { ServiceApp } from './support/service-app.js';
import { CLIENTS, StubProvider } from './support/stub-provider.js';

const BULK = '/v1/ips/risk/bulk';
const LINES_PLEASE = [['accept', 'application/x-ndjson']] as const;
const BAD_ADDRESS = {
  error: 'Invalid IP address format',
  message: 'IP address must be in valid IPv4 or IPv6 format',
};
const KEY = 'a-key-of-the-tests';

const started = (provider = new StubProvider(), keys: string[] = []): Promise<ServiceApp> =>
  ServiceApp.start({ apiKeys: new ApiKeys(keys) }, (builder) =>
    builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([provider]),
  );

/** Distinct global addresses, none of them one of {@link CLIENTS}. */
const addresses = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `81.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);

interface Item {
  readonly ip_address: string;
  readonly ip: string;
  readonly score: number | null;
}
const itemsOf = ({ json }: Answer): readonly Item[] => json as readonly Item[];

const linesOf = ({ text }: Answer): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('the bulk API', () => {
  let service: ServiceApp;
  let provider: StubProvider;
  const score = (ips: unknown, more: object = {}) => service.http.post(BULK, { ips, ...more });

  beforeAll(async () => {
    provider = new StubProvider();
    service = await started(provider);
  }, 60_000);

  afterAll(() => service.close());

  it('answers in the order of the list', async () => {
    const ips = Object.values(CLIENTS);
    const answer = await score(ips);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', vary: 'accept' });
    expect(itemsOf(answer).map(({ ip_address, score: points }) => [ip_address, points])).toEqual([
      [CLIENTS.clean, 0],
      [CLIENTS.server, 30],
      [CLIENTS.tor, 50],
      [CLIENTS.worst, 100],
      [CLIENTS.korean, 0],
      [CLIENTS.unanswered, null],
    ]);
  });

  it('says of an address what is known, what is not, and what the policy does', async () => {
    const { json } = await score([CLIENTS.server]);
    const unknown = { tor: null, vpn: null, proxy: null, residential_proxy: null, relay: null, mobile: null };
    expect(json).toEqual([
      {
        ip_address: CLIENTS.server,
        ip: CLIENTS.server,
        status: 'complete',
        score: 30,
        level: 'medium',
        action: 'monitor',
        cause: 'score',
        decision_score: 30,
        reasons: [{ code: 'HOSTING_PROVIDER', points: 30, provider: 'stub-intelligence', detail: 'stub-evidence' }],
        signals: {
          ...unknown,
          hosting: true,
          satellite: false,
          known_crawler: null,
          blocklisted: null,
          abusive: null,
          bot: null,
        },
        country: 'DE',
        asn: null,
        organization: null,
        providers: ['stub-intelligence'],
        failures: [],
        degraded: [],
      },
    ]);
  });

  it('looks every network up once, however often and far apart it comes', async () => {
    const more = addresses(300).map((ip) => ip.replace('81.', '82.'));
    const ips = ['77.1.1.1', '2a01::1', ...more, '77.1.1.1', '::ffff:77.1.1.1', '2a01::2', '77.1.1.1'];
    provider.asked.length = 0;
    const items = itemsOf(await score(ips));
    expect(items.map(({ ip_address }) => ip_address)).toEqual(ips);
    expect(items.slice(-4).map(({ ip }) => ip)).toEqual(['77.1.1.1', '77.1.1.1', '2a01::2', '77.1.1.1']);
    expect(provider.asked).toEqual(['77.1.1.1', '2a01::1', ...more]);
  });

  it('answers bad entries in their places', async () => {
    const long = '8'.repeat(70);
    const { status, json } = await score(['8.8.8', CLIENTS.tor, 8, null, ['8.8.8.8'], {}, long, '"\n', '1.1.1.1 ']);
    expect(status).toBe(200);
    const bad = (ip_address: string | null) => ({ ip_address, ...BAD_ADDRESS });
    const [first, second, ...rest] = json as readonly Item[];
    expect(first).toEqual(bad('8.8.8'));
    expect(second).toMatchObject({ ip_address: CLIENTS.tor, score: 50 });
    const nulls = [bad(null), bad(null), bad(null), bad(null)];
    expect(rest).toEqual([...nulls, bad(long.slice(0, 64)), bad('"\n'), bad('1.1.1.1 ')]);
  });

  it('answers the longest list, in lines as in one array', async () => {
    const ips = addresses(50_000);
    const [array, lines] = [await score(ips), await service.http.post(BULK, { ips }, LINES_PLEASE)];
    expect(
      itemsOf(array)
        .map(({ ip_address }) => ip_address)
        .join(),
    ).toBe(ips.join());
    expect(lines.headers['content-type']).toBe('application/x-ndjson');
    // As texts: Jest takes seconds to compare so many objects.
    expect(`[\n${lines.text.trimEnd().replaceAll('\n', ',\n')}\n]\n` === array.text).toBe(true);
  }, 60_000);

  it('answers a list of one, and of bad entries alone', async () => {
    expect((await score(['9.9.9.9'])).json).toHaveLength(1);
    expect(linesOf(await service.http.post(BULK, { ips: [0] }, LINES_PLEASE))).toEqual([
      { ip_address: null, ...BAD_ADDRESS },
    ]);
  });

  it('has no score for special-purpose addresses', async () => {
    const { json } = await score(['10.0.0.1', '192.0.2.1']);
    expect(json).toMatchObject([
      { status: 'not-applicable', score: null, level: null, action: 'allow', cause: 'not-applicable', country: null },
      { status: 'not-applicable', score: null, level: null, action: 'allow', cause: 'client-ip-unknown' },
    ]);
  });

  it('has no score where no provider answers, and does what the policy says of it', async () => {
    const { status, json } = await score([CLIENTS.unanswered], { policy: 'payment' });
    expect(status).toBe(200);
    expect(json).toMatchObject([
      {
        status: 'unavailable',
        score: null,
        level: null,
        action: 'review',
        cause: 'unavailable',
        decision_score: null,
        reasons: [],
        failures: [{ provider: 'stub-intelligence', code: 'PROVIDER_UNREACHABLE', refused: false }],
        degraded: ['stub-intelligence'],
      },
    ]);
  });

  it('publishes no decisions and counts none', async () => {
    const heard: unknown[] = [];
    const stop = service.app.get(RiskEvents).subscribe((event) => heard.push(event));
    const counters = service.app.get(DecisionCounters);
    const before = counters.snapshot();
    await score(Object.values(CLIENTS));
    stop();
    expect(counters.snapshot()).toEqual(before);
    expect(heard).toEqual([]);
  });

  it('says of every text what the single route says of it', async () => {
    const text = fc.oneof(fc.constantFrom(...Object.values(CLIENTS)), fc.ipV4(), fc.ipV6(), fc.string());
    const policy = fc.constantFrom(undefined, 'login', 'signup', 'payment', 'browse');
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 12 }), policy, async (ips, name) => {
        const { json: items } = await score(ips, { policy: name });
        expect(items).toHaveLength(ips.length);
        for (const [index, ip_address] of ips.entries()) {
          const single = await service.http.post('/v1/ips/risk', { ip_address, policy: name });
          const { assessment, decision } = single.json;
          expect(items[index]).toMatchObject(
            single.status === 400
              ? single.json
              : {
                  ip: assessment.ip,
                  status: assessment.status,
                  score: assessment.score,
                  level: assessment.level,
                  reasons: assessment.reasons,
                  signals: assessment.signals,
                  country: assessment.location.country,
                  asn: assessment.network.asn,
                  providers: assessment.providers,
                  failures: assessment.failures,
                  action: decision.action,
                  cause: decision.cause,
                  decision_score: decision.score,
                  degraded: decision.degraded,
                },
          );
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it.each([
    ['more than 50,000 entries', { ips: Array.from({ length: 50_001 }, () => '8.8.8.8') }, /^ips must hold 1 to 50000/],
    ['no entries', { ips: [] }, /^ips must hold 1 to 50000/],
    ['a text for a list', { ips: '8.8.8.8' }, 'ips must be a list of IP addresses.'],
    ['an object for a list', { ips: { 0: '8.8.8.8', length: 1 } }, 'ips must be a list of IP addresses.'],
    ['no list', {}, 'ips must be a list of IP addresses.'],
    ['a list for a body', ['8.8.8.8'], 'The body must be a JSON object.'],
    ['an unknown policy', { ips: ['8.8.8.8'], policy: 'constructor' }, /^policy must be one of: login, /],
    ['a policy that is no text', { ips: ['8.8.8.8'], policy: ['login'] }, 'policy must be text.'],
    ['an unknown field', { ips: ['8.8.8.8'], toString: 1 }, 'There is no field "toString"; remove it.'],
    ['more than 4 MiB', { ips: ['8'.repeat(4 * 1024 * 1024)] }, /too large/],
  ])('refuses %s with a sentence', async (_case, body, sentence) => {
    const { status, json } = await service.http.post(BULK, body);
    expect([status, Object.keys(json as object).sort()]).toEqual([400, ['error', 'message']]);
    expect(json.error).toBe('Invalid request');
    expect(json.message).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  });

  it('is the only route that takes more than 64 KiB', async () => {
    const padding = 'x'.repeat(64 * 1024);
    expect((await score([padding])).json).toEqual([{ ip_address: 'x'.repeat(64), ...BAD_ADDRESS }]);
    const single = await service.http.post('/v1/ips/risk', { ip_address: padding });
    expect([single.status, single.json.error]).toEqual([400, 'Invalid request']);
  });

  it('asks for a key where the other routes do', async () => {
    const closed = await started(new StubProvider(), [KEY]);
    const body = { ips: [CLIENTS.tor] };
    const [without, withKey] = [
      await closed.http.post(BULK, body),
      await closed.http.post(BULK, body, [['x-api-key', KEY]]),
    ];
    // Three megabytes that are no JSON: read before the key was asked for they would be a 400.
    const unread = await closed.http.call(BULK, {
      method: 'POST',
      headers: [['content-type', 'application/json']],
      body: '['.repeat(3_000_000),
    });
    const unreadable = await closed.http.call(BULK, {
      method: 'POST',
      headers: [
        ['content-type', 'application/json'],
        ['x-api-key', KEY],
      ],
      body: `{"ips":${'['.repeat(2_000_000)}`,
    });
    await closed.close();
    expect([unread.status, unread.json.error]).toEqual([401, 'Unauthorized']);
    expect([unreadable.status, unreadable.json]).toEqual([
      400,
      { error: 'Invalid request', message: 'The body is nested too deep.' },
    ]);
    expect([without.status, without.json.error, withKey.status]).toEqual([401, 'Unauthorized', 200]);
  });
});
