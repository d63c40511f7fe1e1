import { IP_INTELLIGENCE_PROVIDERS, type IpIntelligenceProvider } from 'nestjs-ip-risk';
import { ServiceApp } from './support/service-app.js';
import { CLIENTS, StubProvider } from './support/stub-provider.js';

const RISK = '/v1/ips/risk';
const JSON_PLEASE = [['accept', 'application/json']] as const;

/** The example of the Beltic documentation, `null` where the documentation allows it. */
const BELTIC_TYPES = {
  risk: { fraud_score: 'number', recent_abuse: 'boolean' },
  network: {
    isp: 'string?',
    asn: 'number?',
    organization: 'string?',
    host: 'string?',
    timezone: 'string?',
    mobile: 'boolean',
  },
  anonymity: { proxy: 'boolean', vpn: 'boolean', tor: 'boolean', active_vpn: 'boolean', active_tor: 'boolean' },
  bot: { is_crawler: 'boolean', bot_status: 'boolean' },
  address: {
    formatted_address: 'string?',
    country: 'string?',
    city: 'string?',
    state_or_province: 'string?',
    postal_code: 'string?',
    latitude: 'number?',
    longitude: 'number?',
  },
};

function typesOf(answer: Record<string, object>): Record<string, Record<string, string>> {
  const { assessment, decision, travel, ...beltic } = answer;
  expect([typeof assessment, typeof decision, travel]).toEqual(['object', 'object', null]);
  const documented: Record<string, Record<string, string>> = BELTIC_TYPES;
  return Object.fromEntries(
    Object.entries(beltic).map(([name, fields]) => [
      name,
      Object.fromEntries(
        Object.entries(fields).map(([field, value]) => {
          const type = documented[name]?.[field];
          const mayBeNull = type?.endsWith('?') === true;
          return [field, mayBeNull && (value === null || `${typeof value}?` === type) ? type : typeof value];
        }),
      ),
    ]),
  );
}

describe('the REST API with the shipped data', () => {
  let service: ServiceApp;
  const score = (ip_address: string) => service.http.post(RISK, { ip_address });

  beforeAll(async () => {
    service = await ServiceApp.start();
  }, 60_000);

  afterAll(() => service.close());

  it('knows 8.8.8.8: a server of AS15169 in the United States', async () => {
    const { status, json } = await score('8.8.8.8');
    expect(status).toBe(200);
    expect(json.address.country).toBe('US');
    expect(json.network.asn).toBe(15169);
    expect(json.assessment.signals).toMatchObject({ hosting: true, vpn: null });
    expect(json.assessment).toMatchObject({ ip: '8.8.8.8', status: 'complete', score: 30, providers: ['offline'] });
    expect(json.risk.fraud_score).toBe(json.assessment.score);
    expect(json.decision).toMatchObject({ action: 'monitor', policy: 'login', failed_open: false });
  });

  it.each(['1.1.1.1', '8.8.8.8', '2606:4700:4700::1111', '10.0.0.1'])(
    'answers %s with every field and type of the Beltic contract',
    async (address) => {
      const { status, json } = await score(address);
      expect(status).toBe(200);
      expect(typesOf(json)).toEqual(BELTIC_TYPES);
    },
  );

  it('has no score for a private address, which Beltic clients read as 0', async () => {
    const { json } = await score('10.0.0.1');
    expect(json.risk.fraud_score).toBe(0);
    expect(json.assessment).toMatchObject({ status: 'not-applicable', score: null, special_purpose: 'Private-Use' });
    expect(json.decision).toMatchObject({ action: 'allow', cause: 'not-applicable' });
  });

  it.each([
    ['::ffff:8.8.4.4', '8.8.4.4', '8.8.4.4', null],
    ['64:ff9b::9.9.9.9', '9.9.9.9', '64:ff9b::909:909', '9.9.9.9'],
  ])('answers %s like %s, the address inside it', async (address, inside, ip, embedded_ip) => {
    // The wrapped one first: afterwards it would be answered out of the cache.
    const [wrapped, plain] = [await score(address), await score(inside)];
    expect(plain.json.network.asn).toEqual(expect.any(Number));
    const { assessment, ...rest } = wrapped.json;
    const { assessment: plainAssessment, ...plainRest } = plain.json;
    expect(rest).toEqual(plainRest);
    expect(assessment).toEqual({ ...plainAssessment, ip, embedded_ip, age_seconds: expect.any(Number) });
  });

  it('decides under the policy and the stated country of the caller', async () => {
    const asked = { ip_address: '8.8.8.8', policy: 'browse', claimed_country: 'DE', user_id: 'user-42' };
    const { json } = await service.http.post(RISK, asked);
    expect(json.assessment.score).toBe(30);
    expect(json.decision).toMatchObject({ policy: 'browse', score: 60, action: 'monitor', subject: 'user-42' });
  });

  it('says in the decision whether to ask for a second factor, and that nobody was named', async () => {
    const { json } = await service.http.post(RISK, { ip_address: '8.8.8.8', claimed_country: 'DE' });
    expect(json.decision).toMatchObject({ action: 'challenge', require_mfa: true, subject: null });
    expect((await score('1.1.1.1')).json.decision).toMatchObject({ action: 'allow', require_mfa: false });
  });

  it('says in words how risky the caller is, and in JSON on request', async () => {
    const text = await service.http.from('8.8.8.8', '/v1/fraud-score');
    expect([text.status, text.text, text.headers['content-type']]).toEqual([
      200,
      'Moderate',
      expect.stringContaining('text/plain'),
    ]);
    expect((await service.http.from('1.1.1.1', '/v1/fraud-score')).text).toBe('Low');
    const { json, headers } = await service.http.from('8.8.8.8', '/v1/fraud-score', { headers: JSON_PLEASE });
    expect(json).toEqual({ ip_address: '8.8.8.8', fraud_score: 'Moderate', score: 30, action: 'monitor' });
    expect(headers).toMatchObject({ 'cache-control': 'no-store', vary: 'accept' });
  });

  it('answers null for a caller who is unknown', async () => {
    const { status, json } = await service.http.from('unknown', '/v1/fraud-score', { headers: JSON_PLEASE });
    expect(status).toBe(200);
    expect(json).toEqual({ ip_address: null, fraud_score: null, score: null, action: 'allow' });
    const text = await service.http.from('unknown', '/v1/fraud-score');
    expect([text.status, text.json.error]).toEqual([503, 'IP_RISK_UNAVAILABLE']);
  });

  it('tells probes that it runs, and whether it can decide, with the dates of its data', async () => {
    const live = await service.http.call('/health/live');
    expect([live.status, live.json]).toEqual([200, { status: 'ok' }]);
    const ready = await service.http.call('/health/ready');
    expect(ready.status).toBe(200);
    const { offline } = ready.json.info.providers;
    expect(offline.provider_status).toBe('up');
    expect([offline.city.date, offline.asn.date]).toEqual([
      expect.stringMatching(/^20\d\d-\d\d-\d\d$/),
      expect.stringMatching(/^20\d\d-\d\d-\d\d$/),
    ]);
  });

  it('tells probes how many decisions it made, and how many of them without a verdict', async () => {
    interface Counted {
      readonly actions: Readonly<Record<string, number>>;
      readonly failed_open: number;
    }
    const counted = async (): Promise<Counted> =>
      (await service.http.call('/health/ready')).json.info.decisions as Counted;
    const before = await counted();
    expect(before).toMatchObject({ status: 'up', failed_closed: 0 });
    await service.http.from('unknown', '/v1/fraud-score', { headers: JSON_PLEASE });
    await score('10.0.0.1');
    const { actions, failed_open } = await counted();
    expect(actions).toEqual({ ...before.actions, allow: (before.actions['allow'] ?? NaN) + 2 });
    expect(failed_open).toBe(before.failed_open + 1);
  });

  it('shows its documentation', async () => {
    const page = await service.http.call('/docs');
    expect([page.status, page.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
    const { status, json } = await service.http.call('/docs-json');
    expect(status).toBe(200);
    expect(Object.keys(json.paths as object)).toEqual(expect.arrayContaining([RISK, '/v1/fraud-score']));
  });

  it.each([
    ['start.js', 'text/javascript', 'SwaggerUIBundle('],
    ['swagger-ui.css', 'text/css', '.swagger-ui'],
    ['swagger-ui-bundle.js', 'text/javascript', 'SwaggerUIBundle'],
  ])('serves the viewer of its documentation: %s', async (name, type, part) => {
    const { status, headers, text } = await service.http.call(`/docs/${name}`);
    expect([status, headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
    expect(text).toContain(part);
  });
});

describe('the REST API with another provider', () => {
  const down: IpIntelligenceProvider = {
    id: 'down',
    kind: 'offline',
    lookup: () => {
      throw new Error('secret of the provider');
    },
    health: () => ({ status: 'down', details: {} }),
  };
  const started = (provider: IpIntelligenceProvider): Promise<ServiceApp> =>
    ServiceApp.start({}, (builder) => builder.overrideProvider(IP_INTELLIGENCE_PROVIDERS).useValue([provider]));

  it.each([
    ['High', CLIENTS.worst, 'block'],
    ['Moderate', CLIENTS.tor, 'challenge'],
    ['Low', CLIENTS.clean, 'allow'],
  ])('answers %s for %s', async (band, client, action) => {
    const service = await started(new StubProvider());
    const text = await service.http.from(client, '/v1/fraud-score');
    const { json } = await service.http.from(client, '/v1/fraud-score', { headers: JSON_PLEASE });
    await service.close();
    expect([text.text, json.fraud_score, json.action]).toEqual([band, band, action]);
  });

  it('answers 503 without any score when no provider answers', async () => {
    const service = await started(down);
    const answer = await service.http.post(RISK, { ip_address: '8.8.8.8' });
    const ready = await service.http.call('/health/ready');
    await service.close();
    expect(answer.status).toBe(503);
    expect(answer.json).toMatchObject({
      error: 'IP_RISK_UNAVAILABLE',
      message: expect.stringMatching(/^No provider answered.*\.$/),
      assessment: {
        status: 'unavailable',
        score: null,
        failures: [{ provider: 'down', code: 'PROVIDER_BAD_RESPONSE' }],
      },
      decision: { failed_open: true, degraded: ['down'] },
    });
    expect(answer.text).not.toMatch(/fraud_score|secret/);
    expect(ready.status).toBe(503);
  });
});
