import { FakeClock } from '../../../test/support/fake-clock.js';
import { intelligence } from '../../../test/support/intelligence.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import type { FactName, IpIntelligence } from '../providers/ip-intelligence.js';
import type { IpIntelligenceProvider } from '../providers/ip-intelligence-provider.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { AssessmentService } from './assessment.service.js';
import type { ScoredAssessment } from './risk-assessment.js';

const ip = (text: string): IpAddress => parseIpAddress(text) as IpAddress;

class CountingProvider implements IpIntelligenceProvider {
  readonly id = 'stub';
  readonly kind = 'offline';
  dataVersion = 0;
  readonly asked: string[] = [];
  facts: Partial<Record<FactName, boolean>> = {};
  answer: () => IpIntelligence | Promise<IpIntelligence> = () => intelligence(this.facts);

  lookup(address: IpAddress): IpIntelligence | Promise<IpIntelligence> {
    this.asked.push(address.text);
    return this.answer();
  }

  health() {
    return { status: 'up', details: {} } as const;
  }
}

function setUp() {
  const clock = new FakeClock();
  const provider = new CountingProvider();
  const lookup = new ProviderLookup({ providers: [provider], clock });
  return { clock, provider, service: new AssessmentService({ lookup, clock }) };
}

describe('AssessmentService', () => {
  it('answers a known address within the call and asks nobody again', () => {
    const { provider, service } = setUp();
    expect(service.assess(ip('8.8.8.8'))).toBe(service.assess(ip('8.8.8.8')));
    expect(provider.asked).toEqual(['8.8.8.8']);
  });

  it.each(['10.0.0.1', '127.0.0.1', '::1', '192.0.2.1', 'fe80::1', '64:ff9b::10.0.0.1', '2002:a00:1::'])(
    'calls %s not applicable and never asks a provider about it',
    (text) => {
      const { provider, service } = setUp();
      expect(service.assess(ip(text))).toMatchObject({ status: 'not-applicable' });
      expect(provider.asked).toEqual([]);
    },
  );

  it('asks about the IPv4 address inside a transition address and answers for the one given', () => {
    const { provider, service } = setUp();
    expect(service.assess(ip('64:ff9b::8.8.8.8'))).toMatchObject({ ip: '64:ff9b::808:808', embeddedIp: '8.8.8.8' });
    expect(service.assess(ip('8.8.8.8'))).toMatchObject({ ip: '8.8.8.8', embeddedIp: undefined });
    expect(provider.asked).toEqual(['8.8.8.8']);
  });

  it('keeps two clients behind one NAT64 prefix apart', () => {
    const { provider, service } = setUp();
    void service.assess(ip('64:ff9b::8.8.8.8'));
    void service.assess(ip('64:ff9b::9.9.9.9'));
    expect(provider.asked).toEqual(['8.8.8.8', '9.9.9.9']);
  });

  it('keeps a special address apart from a global one in the same /64', () => {
    const { service } = setUp();
    expect(service.assess(ip('2001:1::1'))).toMatchObject({ status: 'complete' });
    expect(service.assess(ip('2001:1::5'))).toMatchObject({ status: 'not-applicable' });
  });

  it('asks once for a whole IPv6 /64 and names each address in its answer', () => {
    const { provider, service } = setUp();
    for (let host = 1; host <= 1000; host += 1) {
      const text = `2606:4700:1:2::${host.toString(16)}`;
      expect(service.assess(ip(text))).toMatchObject({ ip: text });
    }
    expect(provider.asked).toHaveLength(1);
  });

  it.each([
    ['clean address for an hour', {}, 3600],
    ['risky address for five minutes', { isTorExitNode: true }, 300],
  ])('keeps a %s', (_, facts, seconds) => {
    const { clock, provider, service } = setUp();
    provider.facts = facts;
    void service.assess(ip('8.8.8.8'));
    clock.advance(seconds * 1000 - 1);
    void service.assess(ip('8.8.8.8'));
    expect(provider.asked).toHaveLength(1);
    clock.advance(1);
    void service.assess(ip('8.8.8.8'));
    expect(provider.asked).toHaveLength(2);
  });

  it('tries again ten seconds after a failure, and has no score until then', () => {
    const { clock, provider, service } = setUp();
    provider.answer = () => {
      throw new Error('down');
    };
    const assessment = service.assess(ip('8.8.8.8'));
    expect(assessment).toMatchObject({ status: 'unavailable', failures: [{ providerId: 'stub' }] });
    expect(assessment).not.toHaveProperty('score');
    clock.advance(9_999);
    void service.assess(ip('8.8.8.8'));
    expect(provider.asked).toHaveLength(1);
    clock.advance(1);
    provider.answer = () => intelligence({});
    expect(service.assess(ip('8.8.8.8'))).toMatchObject({ status: 'complete', score: 0 });
  });

  it('forgets what it knew as soon as the data behind a provider changes', () => {
    const { provider, service } = setUp();
    expect(service.assess(ip('8.8.8.8'))).toMatchObject({ score: 0 });
    provider.facts = { isTorExitNode: true };
    provider.dataVersion += 1;
    expect(service.assess(ip('8.8.8.8'))).toMatchObject({ score: 50 });
  });

  it('does not keep an answer that was made from data replaced meanwhile', async () => {
    const { provider, service } = setUp();
    let release: (value: IpIntelligence) => void = () => undefined;
    provider.answer = () => new Promise((resolve) => (release = resolve));
    const pending = service.assess(ip('8.8.8.8'));
    provider.dataVersion += 1;
    release(intelligence({}));
    await pending;
    provider.answer = () => intelligence({ isTorExitNode: true });
    expect(await service.assess(ip('8.8.8.8'))).toMatchObject({ score: 50 });
  });

  it('hands out what no handler can change for the next request', () => {
    const { provider, service } = setUp();
    provider.facts = { isTorExitNode: true };
    const assessment = service.assess(ip('8.8.8.8')) as ScoredAssessment;
    const { facts, network, reasons } = assessment;
    const parts = [assessment, facts, facts.isTorExitNode, facts.isTorExitNode?.claims, network, reasons, reasons[0]];
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true));
  });

  it('shares one lookup among callers who ask at the same time', async () => {
    const { provider, service } = setUp();
    provider.answer = () => Promise.resolve(intelligence({}));
    await Promise.all(Array.from({ length: 100 }, async () => service.assess(ip('8.8.8.8'))));
    expect(provider.asked).toHaveLength(1);
  });
});
