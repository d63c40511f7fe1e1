import { CLIENTS, StubProvider } from './support/stub-provider.js';
import { ADAPTERS, controllerOf, GuardedApp } from './support/guarded-app.js';
import { seriesIn } from './support/scraped.js';
import { failWith, hang, harmless, ScriptedProvider } from './support/scripted-provider.js';
import { intelligence } from './support/intelligence.js';
import { ApiKeys } from '../src/common/config/api-keys.js';
import { IpRiskMetrics, MetricsModule, type MetricsModuleOptions } from '../src/metrics.js';
import {
  digested,
  IpRiskModule,
  parseIpAddress,
  POLICY_SET,
  ScreeningService,
  type IpAddress,
  type IpIntelligenceProvider,
  type PolicySet,
} from 'nestjs-ip-risk';

const EXPRESS = ADAPTERS[0] as (typeof ADAPTERS)[number];
const KEY = 'key-of-the-metrics';

const routes = controllerOf('app', {
  login: { policy: 'login' },
  payment: { policy: 'payment' },
  strict: { policy: 'login', failClosed: true },
});

interface MetricsSetting extends MetricsModuleOptions {
  readonly hasRoute?: boolean;
}

function startApp(
  providers: readonly IpIntelligenceProvider[],
  metrics: MetricsSetting,
  [, adapter]: (typeof ADAPTERS)[number] = EXPRESS,
): Promise<GuardedApp> {
  const options = { providers, trustedProxies: ['loopback'], deadlineMs: 40, isGlobal: true };
  return GuardedApp.of(new StubProvider(), {
    adapter,
    controllers: [routes],
    imports: [IpRiskModule.forRoot(options), MetricsModule.forRoot(metrics)],
  });
}

/** Sums of the series whose name begins so, by the value of one label. */
function sumsBy(label: string, prefix: string, series: ReadonlyMap<string, number>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, value] of series) {
    const [, key] = new RegExp(`[{,]${label}="([^"]*)"`).exec(name) ?? [];
    if (name.startsWith(prefix) && key !== undefined && value !== 0) sums[key] = (sums[key] ?? 0) + value;
  }
  return sums;
}

describe('GET /metrics', () => {
  it.each(ADAPTERS)('is open to whoever shows a key and to nobody else, under %s', async (...adapter) => {
    const app = await startApp([new StubProvider()], { apiKeys: new ApiKeys([KEY]), defaultMetrics: true }, adapter);
    try {
      const asked = async (headers: readonly (readonly [string, string])[]) => app.http.call('/metrics', { headers });
      expect((await asked([])).status).toBe(401);
      expect((await asked([['authorization', `Bearer ${KEY}x`]])).status).toBe(401);
      expect((await asked([['authorization', `Basic ${KEY}`]])).status).toBe(401);
      expect((await asked([['x-api-key', KEY]])).status).toBe(200);
      const { status, headers, text } = await asked([['authorization', `Bearer ${KEY}`]]);
      expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
      expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(text).toContain('# TYPE ip_risk_decisions_total counter');
      expect(text).toContain('process_cpu_seconds_total');
    } finally {
      await app.close();
    }
  });

  it.each<readonly [string, MetricsSetting, number]>([
    ['shut where nobody said who may read', {}, 403],
    ['open where there are no keys, as the service on loopback', { apiKeys: new ApiKeys([]) }, 200],
    ['shut to whom the application does not let in', { authorize: () => Promise.resolve(false) }, 403],
    ['open to whom the application lets in', { authorize: () => true }, 200],
    ['not there where the application has a route of its own', { hasRoute: false }, 404],
  ])('is %s', async (_, options, status) => {
    const app = await startApp([new StubProvider()], options);
    try {
      expect((await app.http.call('/metrics')).status).toBe(status);
      expect(await app.app.get(IpRiskMetrics, { strict: false }).text()).toContain('ip_risk_verdict_possible 1');
    } finally {
      await app.close();
    }
  });

  it('counts what its clients saw, and what the vendors did', async () => {
    const tor = new ScriptedProvider('first', ({ text }) =>
      intelligence({ isTorExitNode: text === CLIENTS.tor }, { providerId: 'first' }),
    );
    const flaky = new ScriptedProvider('flaky');
    const app = await startApp([tor, flaky], { authorize: () => true });
    try {
      const seen = { ran: 0, blocked: 0, unavailable: 0 };
      const done: Record<string, number> = {};
      for (const [number, script] of [() => harmless('flaky'), failWith('PROVIDER_UNAUTHORIZED'), hang].entries()) {
        flaky.script = script;
        for (const path of ['login', 'payment', 'strict']) {
          for (const client of [`20.0.${number}.1`, `20.1.${number}.${path.length}`, CLIENTS.tor, '10.0.0.9']) {
            const { status } = await app.http.from(client, `/app/${path}`);
            seen[status === 403 ? 'blocked' : status === 503 ? 'unavailable' : 'ran'] += 1;
            done[path] = (done[path] ?? 0) + 1;
          }
        }
      }
      const series = seriesIn((await app.http.call('/metrics')).text);
      const actions = sumsBy('action', 'ip_risk_decisions_total', series);
      const { block = 0, review = 0, ...others } = actions;
      expect(block + review).toBe(seen.blocked + seen.unavailable);
      expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(seen.ran);
      const policies = sumsBy('policy', 'ip_risk_decisions_total', series);
      expect(policies).toEqual({ login: (done['login'] ?? 0) + (done['strict'] ?? 0), payment: done['payment'] });
      expect(sumsBy('network', 'ip_risk_decisions_by_network_total', series)).toMatchObject({ tor: 9, internal: 9 });
      const calls = sumsBy('outcome', 'ip_risk_provider_calls_total{provider="flaky"', series);
      expect(Object.values(calls).reduce((sum, count) => sum + count, 0)).toBe(flaky.asked.length);
      expect(calls).toMatchObject({
        ok: expect.any(Number),
        unauthorized: expect.any(Number),
        timeout: expect.any(Number),
      });
      expect(series.get('ip_risk_provider_calls_total{provider="first",outcome="ok"}')).toBe(tor.asked.length);
      expect(series.get('ip_risk_provider_call_duration_seconds_count{provider="first"}')).toBe(tor.asked.length);
    } finally {
      await app.close();
    }
  });

  it('has as many series after 20,000 addresses and users as before', async () => {
    const offline = new ScriptedProvider('offline', () => harmless('offline'), { kind: 'offline' });
    const app = await startApp([offline], { authorize: () => true });
    try {
      const screening = app.app.get(ScreeningService);
      const policy = digested(app.app.get<PolicySet>(POLICY_SET).defaultPolicy);
      const before = seriesIn((await app.http.call('/metrics')).text);
      for (let number = 0; number < 20_000; number += 1) {
        const address = parseIpAddress(`20.${number >>> 8}.${number & 255}.1`) as IpAddress;
        const request = { subject: `user-${number}`, claimedCountry: `C${number}` };
        await screening.screenAddress(address, { route: `Route.of${number}`, policy }, request);
      }
      const after = seriesIn((await app.http.call('/metrics')).text);
      expect([...after.keys()]).toEqual([...before.keys()]);
      expect(after.get('ip_risk_decision_duration_seconds_count')).toBe(20_000);
    } finally {
      await app.close();
    }
  });
});
