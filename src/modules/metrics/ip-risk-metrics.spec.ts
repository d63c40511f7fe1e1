import fc from 'fast-check';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { intelligence } from '../../../test/support/intelligence.js';
import { countedEngine } from '../../../test/support/metric-sources.js';
import { seriesIn } from '../../../test/support/scraped.js';
import { failWith, ScriptedProvider } from '../../../test/support/scripted-provider.js';
import { paris } from '../../../test/support/travel-reports.js';
import { ProviderError } from '../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import { digested } from '../policy/policy-digest.js';
import { readPolicyFile } from '../policy/policy-file.js';
import { IpRiskMetrics } from './ip-risk-metrics.js';

const { policies, defaultPolicy } = readPolicyFile();
const login = digested(policies.get('login') ?? defaultPolicy);
const payment = digested(policies.get('payment') ?? defaultPolicy);

const addressOf = (text: string): IpAddress => parseIpAddress(text) as IpAddress;
const publicAddress = (number: number): IpAddress =>
  addressOf(`${20 + (number >>> 16)}.${(number >>> 8) & 255}.${number & 255}.7`);

function setUp(vendor = new ScriptedProvider('vendor'), others: readonly ScriptedProvider[] = []) {
  const clock = new FakeClock();
  const engine = countedEngine([vendor, ...others], clock);
  const metrics = new IpRiskMetrics(engine.sources, false);
  const scrape = async (): Promise<ReadonlyMap<string, number>> => seriesIn(await metrics.text());
  return { ...engine, clock, vendor, metrics, scrape };
}

describe('IpRiskMetrics', () => {
  it('begins with every policy, outcome and kind at 0: a first failure is a rise', async () => {
    const series = await setUp().scrape();
    expect(series.get('ip_risk_failed_open_total{policy="login"}')).toBe(0);
    expect(series.get('ip_risk_decisions_total{action="block",policy="payment",mode="live"}')).toBe(0);
    expect(series.get('ip_risk_provider_calls_total{provider="vendor",outcome="unauthorized"}')).toBe(0);
    expect(series.get('ip_risk_alerts_delivered_total{kind="risk",severity="critical"}')).toBe(0);
  });

  it('counts decisions by policy, mode and network, and what was missing', async () => {
    const vendor = new ScriptedProvider('vendor', ({ text }) => {
      if (text.startsWith('20.0.0.')) throw new ProviderError('vendor', 'PROVIDER_UNAUTHORIZED');
      return intelligence({ isTorExitNode: text.startsWith('21.'), isMobile: true }, { providerId: 'vendor' });
    });
    const { screening, scrape } = setUp(vendor);
    const dryRun = digested({ ...payment.policy, mode: 'dry-run' });
    for (const [address, policy] of [
      ['20.0.0.7', login],
      ['20.0.0.7', payment],
      ['21.0.0.7', payment],
      ['21.0.0.7', dryRun],
      ['22.0.0.7', login],
      ['10.0.0.7', login],
    ] as const) {
      await screening.screenAddress(addressOf(address), { route: 'Any.route', policy });
    }
    const series = await scrape();
    expect(series.get('ip_risk_failed_open_total{policy="login"}')).toBe(1);
    expect(series.get('ip_risk_failed_closed_total{policy="payment"}')).toBe(1);
    expect(series.get('ip_risk_decisions_total{action="allow",policy="login",mode="live"}')).toBe(3);
    expect(series.get('ip_risk_decisions_total{action="monitor",policy="payment",mode="dry-run"}')).toBe(1);
    for (const [network, count] of Object.entries({ unknown: 2, tor: 2, mobile: 1, internal: 1, access: 0 })) {
      expect(series.get(`ip_risk_decisions_by_network_total{network="${network}"}`)).toBe(count);
    }
    expect(series.get('ip_risk_decision_duration_seconds_count')).toBe(6);
    expect(series.get('ip_risk_cache_lookups_total{tier="memory",result="hit"}')).toBe(1);
    expect(series.get('ip_risk_cache_failures_total')).toBe(1);
  });

  it('tells calls by how they ended and how long answers took, breakers and who is up', async () => {
    const slow = new ScriptedProvider('slow', async () => {
      clock.advance(40);
      return Promise.resolve(intelligence({ isTorExitNode: false }, { providerId: 'slow' }));
    });
    const down = new ScriptedProvider('down', failWith('PROVIDER_UNREACHABLE'), { limits: { dailyBudget: 100 } });
    const { screening, scrape, clock } = setUp(down, [slow]);
    for (let number = 0; number < 12; number += 1) {
      await screening.screenAddress(publicAddress(number), { route: 'r', policy: login });
    }
    const series = await scrape();
    expect(series.get('ip_risk_provider_calls_total{provider="down",outcome="unreachable"}')).toBe(10);
    expect(series.get('ip_risk_provider_refused_total{provider="down",reason="unreachable"}')).toBe(2);
    expect(series.get('ip_risk_provider_breaker_state{provider="down",state="open"}')).toBe(1);
    expect(series.get('ip_risk_provider_breaker_state{provider="slow",state="closed"}')).toBe(1);
    expect(series.get('ip_risk_provider_up{provider="down"}')).toBe(0);
    expect(series.get('ip_risk_verdict_possible')).toBe(1);
    expect(series.get('ip_risk_provider_budget_left{provider="down"}')).toBe(90);
    expect(series.has('ip_risk_provider_budget_left{provider="slow"}')).toBe(false);
    const name = 'ip_risk_provider_call_duration_seconds';
    expect(series.get(`${name}_bucket{provider="slow",le="0.025"}`)).toBe(0);
    expect(series.get(`${name}_bucket{provider="slow",le="0.05"}`)).toBe(12);
    expect(series.get(`${name}_bucket{provider="slow",le="+Inf"}`)).toBe(12);
    expect(series.get(`${name}_sum{provider="slow"}`)).toBeCloseTo(0.48);
  });

  it('counts logins once and findings as they are, recorded with the decision or after it', async () => {
    const { logins, events, scrape } = setUp();
    const finding = { from: paris, to: paris } as never;
    const report = { login: paris, isDuplicate: false, found: [finding, finding], withdrawn: [finding] } as never;
    const event = { decision: { travel: report, policy: { name: 'login' }, mode: 'live', action: 'allow' } } as never;
    events.publish(event);
    logins.count(report);
    logins.count({ ...(report as object), isDuplicate: true } as never);
    const series = await scrape();
    expect(series.get('ip_risk_logins_total')).toBe(2);
    expect(series.get('ip_risk_impossible_travel_total')).toBe(4);
    expect(series.get('ip_risk_impossible_travel_withdrawn_total')).toBe(2);
  });

  it('tells what is raised, waits, is delivered and given up, of alerts and of the log', async () => {
    const { channel, deliveries, scrape } = setUp();
    channel.use('novu');
    channel.note({ status: 'refused', reason: 'no such workflow', isMisconfigured: true });
    deliveries.count({ kind: 'risk', severity: 'high', count: 12 }, { status: 'delivered' });
    deliveries.count({ kind: 'risk', severity: 'high', count: 1 }, { status: 'failed', reason: '500' });
    const series = await scrape();
    expect(
      Object.fromEntries([...series].filter(([name]) => /_alerts?_/.test(name) && series.get(name) !== 0)),
    ).toEqual({
      ip_risk_alerts_triggered_total: 20,
      ip_risk_alerts_emitted_total: 8,
      'ip_risk_alert_events{state="delivered"}': 9,
      'ip_risk_alert_events{state="suppressed"}': 5,
      'ip_risk_alert_events{state="open"}': 1,
      'ip_risk_alert_events{state="pending"}': 2,
      'ip_risk_alert_events{state="queued"}': 2,
      'ip_risk_alert_events{state="dead"}': 1,
      'ip_risk_alert_queue_depth{state="pending"}': 2,
      'ip_risk_alert_queue_depth{state="queued"}': 3,
      ip_risk_alerts_dead: 1,
      'ip_risk_alert_channel_status{channel="novu",status="misconfigured"}': 1,
      'ip_risk_alerts_delivered_total{kind="risk",severity="high"}': 1,
      ip_risk_alert_events_delivered_total: 12,
      ip_risk_alerts_failed_total: 1,
    });
    expect(series.get('ip_risk_decision_log_written_total')).toBe(100);
    expect(series.get('ip_risk_decision_log_waiting')).toBe(3);
    expect(series.get('ip_risk_redis_up{store="all"}')).toBe(1);
  });

  it('never writes what a caller chooses, whatever it is, and gains no series by it', async () => {
    const { screening, scrape, metrics } = setUp();
    const before = (await scrape()).size;
    // What nobody else writes.
    const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).map((word) => `zq${word}qz`);
    await fc.assert(
      fc.asyncProperty(fc.nat(0x7fffff), text, text, text, async (number, subject, route, claimedCountry) => {
        const address = publicAddress(number);
        await screening.screenAddress(address, { route, policy: login }, { subject, claimedCountry });
        const written = await metrics.text();
        for (const chosen of [address.text, subject, route, claimedCountry, 'zq'])
          expect(written).not.toContain(chosen);
        expect(seriesIn(written).size).toBe(before);
      }),
      { numRuns: 50 },
    );
  });

  it('counts policies beyond a hundred under one name: a name made for each user adds no series without end', async () => {
    const { screening, scrape } = setUp();
    for (let number = 0; number < 300; number += 1) {
      const { policy } = login;
      const named = { policy, reference: { name: `policy-of-user-${number}`, digest: '' } };
      await screening.screenAddress(publicAddress(number), { route: 'r', policy: named });
    }
    const counted = [...(await scrape())].filter(([name]) => name.startsWith('ip_risk_decisions_total{action="allow"'));
    // The first hundred, the others, and the two that are configured: each live and in dry-run.
    expect(counted.length).toBe(2 * (100 + 1 + 2));
    expect(counted.reduce((sum, [, count]) => sum + count, 0)).toBe(300);
  });
});
