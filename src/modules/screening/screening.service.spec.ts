import { FakeClock } from '../../../test/support/fake-clock.js';
import { intelligence } from '../../../test/support/intelligence.js';
import { ClientIpResolver } from '../../common/ip/client-ip.js';
import { TrustedProxies } from '../../common/ip/trusted-proxies.js';
import { AssessmentService } from '../assessment/assessment.service.js';
import { digested } from '../policy/policy-digest.js';
import { readPolicyFile } from '../policy/policy-file.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { DecisionCounters } from './decision-counters.js';
import { FailModeLog } from './fail-mode-log.js';
import { RiskEvents } from './risk-events.js';
import { ScreeningService } from './screening.service.js';

const { policies, defaultPolicy } = readPolicyFile();
const payment = digested(policies.get('payment') ?? defaultPolicy);

function setUp() {
  const clock = new FakeClock();
  const providers = [
    {
      id: 'stub',
      kind: 'offline' as const,
      lookup: () => intelligence({}),
      health: () => ({ status: 'up' as const, details: {} }),
    },
  ];
  const assessments = new AssessmentService({ lookup: new ProviderLookup({ providers, clock }), clock });
  const events = new RiskEvents();
  return { clock, events, screening: new ScreeningService({ assessments, events, clock }) };
}

const clientOf = (peer: string, headers: Record<string, string>) =>
  new ClientIpResolver({ trustedProxies: TrustedProxies.from(['10.0.0.0/8']) }).resolve(peer, headers);

describe('ScreeningService', () => {
  it.each([
    ['a public peer', '8.8.8.8', {}, 'allow', 'score'],
    ['a public peer with a header nobody believes', '8.8.8.8', { 'x-forwarded-for': '1.1.1.1' }, 'allow', 'score'],
    ['an internal peer', '192.168.0.1', {}, 'allow', 'not-applicable'],
    [
      'an internal peer with a header nobody believes',
      '192.168.0.1',
      { 'x-forwarded-for': '8.8.8.8' },
      'review',
      'client-ip-unknown',
    ],
    ['a trusted proxy that names its client', '10.0.0.1', { 'x-forwarded-for': '8.8.8.8' }, 'allow', 'score'],
    [
      'a trusted proxy that names an inner client',
      '10.0.0.1',
      { 'x-forwarded-for': '10.0.0.7' },
      'allow',
      'not-applicable',
    ],
    [
      'an inner proxy that nobody listed',
      '10.0.0.1',
      { 'x-forwarded-for': '8.8.8.8, 192.168.7.1' },
      'review',
      'client-ip-unknown',
    ],
    ['a public client that forges a hop', '10.0.0.1', { 'x-forwarded-for': '1.1.1.1, 8.8.8.8' }, 'allow', 'score'],
    ['a trusted proxy whose header vanished', '10.0.0.1', {}, 'review', 'client-ip-unknown'],
    [
      'a trusted proxy with a broken header',
      '10.0.0.1',
      { 'x-forwarded-for': 'unknown' },
      'review',
      'client-ip-unknown',
    ],
    [
      'a trusted proxy that names a documentation address',
      '10.0.0.1',
      { 'x-forwarded-for': '192.0.2.1' },
      'review',
      'client-ip-unknown',
    ],
  ])('decides on %s', async (_, peer, headers, action, cause) => {
    const { screening } = setUp();
    const decision = await screening.screenClient(clientOf(peer, headers), { policy: payment, route: 'r' });
    expect(decision).toMatchObject({ action, cause });
  });

  it('tells every listener of every decision, also when one of them throws', async () => {
    const { events, screening } = setUp();
    const counters = new DecisionCounters();
    events.subscribe(() => {
      throw new Error('a broken listener');
    });
    events.subscribe(counters.count);
    for (const peer of ['8.8.8.8', 'nonsense', 'nonsense']) {
      await screening.screenClient(clientOf(peer, {}), { policy: payment, route: 'r' });
    }
    await screening.skip({ policy: payment, route: 'r' });
    await screening.screenClient(clientOf('nonsense', {}), { policy: digested(defaultPolicy), route: 'r' });
    expect(counters.snapshot()).toEqual({
      actions: { allow: 3, monitor: 0, challenge: 0, block: 0, review: 2 },
      failedOpen: 1,
      failedClosed: 2,
    });
  });
});

describe('FailModeLog', () => {
  it('writes one line for an outage and then one in ten seconds, with exact counts and no address', async () => {
    const { clock, events, screening } = setUp();
    const lines: string[] = [];
    events.subscribe(new FailModeLog((line) => lines.push(line), clock).record);
    const fail = () => screening.screenClient(clientOf('nonsense', {}), { policy: payment, route: 'Pay.pay' });
    for (let request = 0; request < 50; request += 1) await fail();
    expect(lines).toHaveLength(1);
    clock.advance(10_000);
    await fail();
    expect(lines[0]).toMatch(/^1 request\(s\) stopped without a verdict .* Pay\.pay, policy payment/);
    expect(lines[1]).toMatch(/^50 request\(s\) stopped/);
    expect(lines.join()).not.toMatch(/\d+\.\d+\.\d+\.\d+/);
  });

  it('says nothing about decisions with a verdict', async () => {
    const { clock, events, screening } = setUp();
    const lines: string[] = [];
    events.subscribe(new FailModeLog((line) => lines.push(line), clock).record);
    await screening.screenClient(clientOf('8.8.8.8', {}), { policy: payment, route: 'r' });
    expect(lines).toEqual([]);
  });
});
