import { FakeClock } from '../../../test/support/fake-clock.js';
import { intelligence } from '../../../test/support/intelligence.js';
import { failWith, ScriptedProvider } from '../../../test/support/scripted-provider.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import { AssessmentService } from '../assessment/assessment.service.js';
import { digested } from '../policy/policy-digest.js';
import { readPolicyFile } from '../policy/policy-file.js';
import type { LookupStrategy } from '../providers/lookup/lookup-options.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { RiskEvents } from './risk-events.js';
import { ScreeningService } from './screening.service.js';

const { policies, defaultPolicy } = readPolicyFile();
/** Thresholds of 20, 45 and 80. */
const payment = digested(policies.get('payment') ?? defaultPolicy);
/** Thresholds of 50 and 80. */
const browse = digested(policies.get('browse') ?? defaultPolicy);
const ip = (text: string): IpAddress => parseIpAddress(text) as IpAddress;

const FAR = '9.9.9.0';
/** A VPN, 25 points: near to `payment`'s first threshold, far from each of `browse`'s. */
const NEAR = '9.9.9.25';
const UNKNOWN = '9.9.9.99';

function setUp(strategy: LookupStrategy = 'escalate') {
  const clock = new FakeClock();
  const offline = new ScriptedProvider('offline', undefined, { kind: 'offline' });
  offline.script = ({ text }, context) =>
    text === UNKNOWN
      ? failWith('PROVIDER_UNREACHABLE')(ip(text), context)
      : intelligence({ isAnonymousVpn: text === NEAR }, { providerId: 'offline' });
  const vendor = new ScriptedProvider('vendor', () =>
    Promise.resolve(intelligence({ isBlocklisted: true }, { providerId: 'vendor' })),
  );
  const lookup = new ProviderLookup({ providers: [offline, vendor], clock, strategy });
  const assessments = new AssessmentService({ lookup, clock });
  const screening = new ScreeningService({ assessments, events: new RiskEvents(), clock });
  const screen = async (text: string, policy = payment, asksVendors = false) =>
    await screening.screenAddress(ip(text), { route: 'r', policy, asksVendors });
  return { clock, offline, vendor, screen };
}

describe('ScreeningService under escalate', () => {
  it('decides far from every threshold without a vendor, and near one with its word', async () => {
    const { screen, vendor } = setUp();
    expect(await screen(FAR)).toMatchObject({ action: 'allow', score: 0 });
    expect(vendor.asked).toEqual([]);
    expect(await screen(NEAR)).toMatchObject({ action: 'block', score: 85 });
    expect(vendor.asked).toEqual([NEAR]);
  });

  it('measures by the thresholds of the route', async () => {
    const { screen, vendor } = setUp();
    expect(await screen(NEAR, browse)).toMatchObject({ action: 'allow', score: 25 });
    expect(vendor.asked).toEqual([]);
  });

  it('asks vendors on a route that says so, whatever offline data says', async () => {
    const { screen, vendor } = setUp();
    expect(await screen(FAR, payment, true)).toMatchObject({ score: 60 });
    expect(vendor.asked).toEqual([FAR]);
  });

  it('asks vendors where offline data has no answer, once', async () => {
    const { screen, vendor } = setUp();
    expect(await screen(UNKNOWN, browse)).toMatchObject({ score: 60 });
    await screen(UNKNOWN, payment, true);
    expect(vendor.asked).toEqual([UNKNOWN]);
  });

  it('upgrades a verdict from offline data once and serves it from then on to every route', async () => {
    const { screen, vendor, offline } = setUp();
    await screen(FAR, browse);
    await screen(FAR, payment, true);
    expect([offline.asked.length, vendor.asked.length]).toEqual([2, 1]);
    for (const policy of [payment, browse]) {
      for (const asksVendors of [true, false])
        expect(await screen(FAR, policy, asksVendors)).toMatchObject({ score: 60 });
    }
    expect([offline.asked.length, vendor.asked.length]).toEqual([2, 1]);
  });

  it('asks once for requests in doubt at the same time', async () => {
    const { screen, vendor } = setUp();
    await Promise.all(Array.from({ length: 100 }, () => screen(NEAR)));
    expect(vendor.asked).toEqual([NEAR]);
  });

  it('has no verdict where vendors were needed and failed, and asks again after ten seconds', async () => {
    const { clock, screen, vendor } = setUp();
    vendor.script = failWith('PROVIDER_UNREACHABLE');
    expect(await screen(NEAR)).toMatchObject({ action: 'review', cause: 'unavailable' });
    await screen(NEAR);
    expect(vendor.asked).toHaveLength(1);
    clock.advance(10_000);
    vendor.script = () => intelligence({ isBlocklisted: true }, { providerId: 'vendor' });
    expect(await screen(NEAR)).toMatchObject({ action: 'block' });
  });

  it('does not take the offline verdict from routes that need no vendor when the vendors fail another', async () => {
    const { screen, vendor } = setUp();
    vendor.script = failWith('PROVIDER_UNREACHABLE');
    expect(await screen(NEAR)).toMatchObject({ action: 'review' });
    expect(await screen(NEAR, browse)).toMatchObject({ action: 'allow', score: 25 });
    await screen(FAR, payment, true);
    expect(await screen(FAR)).toMatchObject({ action: 'allow', score: 0 });
  });

  it('asks vendors about everybody under the other strategies', async () => {
    const { screen, vendor } = setUp('parallel');
    await screen(FAR);
    expect(vendor.asked).toEqual([FAR]);
  });
});

describe('Six vendors', () => {
  const spellings = [
    '8.8.8.8',
    '::ffff:8.8.8.8',
    '::FFFF:8.8.8.8',
    '::ffff:808:808',
    '::ffff:0808:0808',
    '0:0:0:0:0:ffff:8.8.8.8',
    '0:0:0:0:0:FFFF:0808:0808',
    '0000:0000:0000:0000:0000:ffff:0808:0808',
    '64:ff9b::8.8.8.8',
    '2002:808:808::1',
  ];
  const hosts = Array.from(
    { length: 1000 },
    (_, index) => `2606:4700:1:2:${(index * 7).toString(16)}::${index.toString(16)}`,
  );

  it.each([
    ['a thousand addresses of one /64', hosts],
    ['ten spellings of one address', [...spellings, ...spellings]],
  ])('are asked once each about %s that come at the same time', async (_, texts) => {
    const clock = new FakeClock();
    const vendors = ['a', 'b', 'c', 'd', 'e', 'f'].map(
      (id) =>
        new ScriptedProvider(id, () => Promise.resolve(intelligence({ isTorExitNode: false }, { providerId: id }))),
    );
    const lookup = new ProviderLookup({ providers: vendors, clock });
    const assessments = new AssessmentService({ lookup, clock });
    const verdicts = await Promise.all(texts.map(async (text) => await assessments.assess(ip(text))));
    expect(vendors.map(({ asked }) => asked.length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(verdicts.map((verdict) => verdict.ip)).toEqual(texts.map((text) => ip(text).text));
    expect(verdicts.every(({ status }) => status === 'complete')).toBe(true);
  });
});
