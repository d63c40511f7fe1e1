import { FakeClock } from '../../../../test/support/fake-clock.js';
import { later, timed } from '../../../../test/support/fake-time.js';
import { failWith, hang, harmless, ScriptedProvider, type Script } from '../../../../test/support/scripted-provider.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { ProviderLookupOptions } from './lookup-options.js';
import { ProviderLookup } from './provider-lookup.js';

const address = parseIpAddress('8.8.8.8') as IpAddress;
const known: Script = () => harmless('offline');

function setUp(offlineScript: Script, vendorScript?: Script, more: Partial<ProviderLookupOptions> = {}) {
  const clock = new FakeClock();
  const offline = new ScriptedProvider('offline', offlineScript, { kind: 'offline' });
  const vendor = new ScriptedProvider('vendor', vendorScript);
  const lookup = new ProviderLookup({ providers: [offline, vendor], clock, strategy: 'escalate', ...more });
  return { clock, offline, vendor, lookup };
}

describe('ProviderLookup by escalation', () => {
  it('answers from offline data within the call and asks no vendor', () => {
    const { lookup, vendor } = setUp(known);
    expect(lookup.lookup(address)).toMatchObject({
      hasQuorum: true,
      askedVendors: false,
      failures: [],
      answers: [{ providerId: 'offline' }],
    });
    expect(vendor.asked).toEqual([]);
  });

  it('asks vendors when it is told to', async () => {
    const { lookup, vendor } = setUp(known);
    const outcome = await lookup.lookup(address, true);
    expect(outcome).toMatchObject({ hasQuorum: true, askedVendors: true });
    expect(outcome.answers.map(({ providerId }) => providerId)).toEqual(['offline', 'vendor']);
    expect(vendor.asked).toEqual(['8.8.8.8']);
  });

  it('can give verdicts with the offline provider or with a quorum of vendors', () => {
    const { lookup } = setUp(known);
    expect([['offline'], ['vendor'], []].map((ids) => lookup.isQuorum(ids))).toEqual([true, true, false]);
  });

  it('asks vendors when offline data has no answer', async () => {
    const { lookup, vendor } = setUp(failWith('PROVIDER_UNREACHABLE'));
    expect(await lookup.lookup(address)).toMatchObject({
      hasQuorum: true,
      askedVendors: true,
      answers: [{ providerId: 'vendor' }],
      failures: [{ providerId: 'offline' }],
    });
    expect(vendor.asked).toHaveLength(1);
  });

  it('does not take offline data for a verdict once vendors were asked and all failed', async () => {
    const { lookup } = setUp(known, failWith('PROVIDER_UNREACHABLE'));
    expect(await lookup.lookup(address, true)).toMatchObject({
      hasQuorum: false,
      askedVendors: true,
      answers: [{ providerId: 'offline' }],
      failures: [{ providerId: 'vendor', code: 'PROVIDER_UNREACHABLE' }],
    });
  });

  it('is content with offline data though the quorum of vendors is two', async () => {
    const clock = new FakeClock();
    const offline = new ScriptedProvider('offline', known, { kind: 'offline' });
    const vendors = [new ScriptedProvider('a'), new ScriptedProvider('b', failWith('PROVIDER_QUOTA'))];
    const lookup = new ProviderLookup({ providers: [offline, ...vendors], clock, strategy: 'escalate', quorum: 2 });
    expect(lookup.lookup(address)).toMatchObject({ hasQuorum: true });
    expect(await lookup.lookup(address, true)).toMatchObject({ hasQuorum: false });
  });

  it('waits for offline data that comes later before it asks vendors', async () => {
    const { clock, lookup, offline, vendor } = setUp(known);
    offline.script = () => later(clock, 50, () => harmless('offline'));
    expect(await timed(clock, lookup.lookup(address))).toMatchObject({
      ms: 50,
      value: { hasQuorum: true, askedVendors: false },
    });
    expect(vendor.asked).toEqual([]);
  });

  it('leaves the vendors half of the one deadline when offline data hangs', async () => {
    const { clock, lookup, vendor } = setUp(hang);
    vendor.script = () => later(clock, 100, () => harmless('vendor'));
    expect(await timed(clock, lookup.lookup(address))).toMatchObject({
      ms: 300,
      value: { hasQuorum: true, askedVendors: true, failures: [{ providerId: 'offline', code: 'PROVIDER_TIMEOUT' }] },
    });
    expect(vendor.asked).toHaveLength(1);
  });

  it('takes no longer than the deadline when everybody hangs', async () => {
    const { clock, lookup } = setUp(hang, hang);
    expect(await timed(clock, lookup.lookup(address))).toMatchObject({ ms: 300, value: { hasQuorum: false } });
    expect(clock.pending).toBe(0);
  });
});
