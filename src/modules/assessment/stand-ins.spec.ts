import { intelligence } from '../../../test/support/intelligence.js';
import { failWith, ScriptedProvider } from '../../../test/support/scripted-provider.js';
import { settled } from '../../../test/support/fake-time.js';
import { SharedMemory } from '../../../test/support/shared-memory.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import type { LookupStrategy } from '../providers/lookup/lookup-options.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { QuotaBrake } from '../providers/protection/quota-brake.js';
import { AssessmentService } from './assessment.service.js';
import { assessInBulk } from './bulk-assessment.js';

const ip = (text: string): IpAddress => parseIpAddress(text) as IpAddress;
const ADDRESS = ip('8.8.8.8');

/** Lets everybody through, or nobody. */
class FakeBrake extends QuotaBrake {
  isOn = false;
  readonly asked: (readonly [string, number | undefined])[] = [];

  override admit(address: IpAddress, asn: number | undefined): boolean {
    this.asked.push([address.text, asn]);
    return !this.isOn;
  }
}

function setUp({ strategy, memory = new SharedMemory() }: { strategy?: LookupStrategy; memory?: SharedMemory } = {}) {
  const { clock } = memory;
  const says = (isHostingProvider: boolean, providerId: string) => () =>
    intelligence({ isHostingProvider }, { providerId });
  const offline = Object.assign(new ScriptedProvider('offline', says(true, 'offline'), { kind: 'offline' }), {
    dataVersion: 0,
  });
  const vendor = new ScriptedProvider('vendor', () => Promise.resolve(says(false, 'vendor')()));
  const lookup = new ProviderLookup({
    providers: [vendor, offline],
    clock,
    ...(strategy === undefined ? {} : { strategy }),
  });
  const brake = new FakeBrake({ clock });
  const service = new AssessmentService({ lookup, clock, brake, shared: memory.tier() });
  return { memory, clock, offline, vendor, brake, service };
}

describe('AssessmentService and its quota brake', () => {
  it('answers from offline data alone where the brake holds vendors back, and says so', async () => {
    const { memory, vendor, brake, service } = setUp();
    brake.isOn = true;
    expect(await service.assess(ADDRESS)).toMatchObject({
      status: 'degraded',
      standsIn: 'quota-brake',
      askedVendors: false,
      providers: ['offline'],
    });
    await settled();
    expect([vendor.asked, memory.writes, memory.leasesHeld]).toEqual([[], [], 0]);
    expect(brake.asked).toEqual([['8.8.8.8', 64496]]);
  });

  it('tries again once the failure time is over, and not before', async () => {
    const { clock, vendor, brake, service } = setUp();
    brake.isOn = true;
    await service.assess(ADDRESS);
    brake.isOn = false;
    clock.advance(9_999);
    expect(await service.assess(ADDRESS)).toMatchObject({ standsIn: 'quota-brake' });
    expect(brake.asked).toHaveLength(1);
    clock.advance(1);
    expect(await service.assess(ADDRESS)).toMatchObject({ status: 'complete', standsIn: undefined });
    expect(vendor.asked).toHaveLength(1);
  });

  it('is not used up by an outage, in which nothing is sent and nothing paid', async () => {
    const { vendor, brake, service } = setUp();
    vendor.script = failWith('PROVIDER_UNREACHABLE');
    // Ten failures open the breaker.
    for (let host = 1; host <= 30; host += 1) await service.assess(ip(`8.8.4.${host}`));
    expect([vendor.asked.length, brake.asked.length]).toEqual([10, 10]);
  });

  it('is no verdict where offline data has no answer either', async () => {
    const { offline, brake, service } = setUp();
    brake.isOn = true;
    offline.script = failWith('PROVIDER_UNREACHABLE');
    expect(await service.assess(ADDRESS)).toMatchObject({ status: 'unavailable', standsIn: 'quota-brake' });
  });

  it('is for new addresses: what is known is renewed while it holds, for whoever asks', async () => {
    const { clock, vendor, brake, service } = setUp();
    await service.assess(ADDRESS);
    brake.isOn = true;
    for (const takesStandIn of [true, false]) {
      clock.advance(3_600_000 + 60_000);
      expect(await service.assess(ADDRESS, { takesStandIn })).toMatchObject({
        status: 'complete',
        standsIn: undefined,
      });
    }
    expect([vendor.asked.length, brake.asked.length]).toEqual([3, 1]);
    clock.advance(2 * 3_600_000 + 1);
    expect(await service.assess(ADDRESS)).toMatchObject({ standsIn: 'quota-brake' });
  });

  it('takes the time of the brake from what the vendors have', async () => {
    const { clock, vendor, brake, service } = setUp();
    brake.admit = () => {
      clock.advance(100);
      return true;
    };
    const startedAt = clock.now();
    await service.assess(ADDRESS);
    expect(vendor.contexts[0]?.deadlineAt).toBe(startedAt + 300);
  });
});

describe('AssessmentService and verdicts whose time is over', () => {
  it('says of one how old it is, to those who take it only', async () => {
    const { clock, vendor, service } = setUp();
    const madeAt = clock.now();
    await service.assess(ADDRESS);
    vendor.script = failWith('PROVIDER_UNREACHABLE');
    clock.advance(3_600_000 + 60_000);
    expect(await service.assess(ADDRESS)).toMatchObject({ standsIn: 'stale', assessedAt: madeAt });
    expect(await service.assess(ADDRESS, { takesStandIn: false })).toMatchObject({ status: 'unavailable' });
  });

  it('drops what rests on offline data when that changes, and keeps what vendors were paid for', async () => {
    const { offline, vendor, service } = setUp({ strategy: 'escalate' });
    await service.assess(ADDRESS);
    await service.assess(ADDRESS, { asksVendors: true });
    await service.assess(ip('9.9.9.9'));
    const asked = offline.asked.length;
    offline.dataVersion += 1;
    await service.assess(ADDRESS, { asksVendors: true });
    expect([offline.asked.length, vendor.asked]).toEqual([asked, ['8.8.8.8']]);
    await service.assess(ip('9.9.9.9'));
    expect(offline.asked.length).toBe(asked + 1);
  });
});

describe('AssessmentService in two processes', () => {
  const bulk = async (service: AssessmentService, addresses: readonly IpAddress[]) => {
    const list = { length: addresses.length, at: (index: number) => addresses[index] };
    const all = [];
    for await (const batch of assessInBulk(service, list, () => true)) all.push(...batch);
    await settled();
    return all;
  };

  it('pays for an address once, and makes the same verdict out of it', async () => {
    const memory = new SharedMemory();
    const [one, other] = [setUp({ memory }), setUp({ memory })];
    const first = await one.service.assess(ADDRESS);
    await settled();
    expect(await other.service.assess(ADDRESS)).toEqual(first);
    expect([one.vendor.asked, other.vendor.asked]).toEqual([['8.8.8.8'], []]);
  });

  it('uses in bulk what others were paid for, and shares what it was paid for', async () => {
    const memory = new SharedMemory();
    const [one, other] = [setUp({ memory }), setUp({ memory })];
    await one.service.assess(ADDRESS);
    await settled();
    expect(await bulk(other.service, [ADDRESS, ip('9.9.9.9')])).toMatchObject([
      { status: 'complete', askedVendors: true },
      { status: 'complete', askedVendors: true },
    ]);
    expect(other.vendor.asked).toEqual(['9.9.9.9']);
    await one.service.assess(ip('9.9.9.9'));
    expect(one.vendor.asked).toEqual(['8.8.8.8']);
  });

  it('forgets an address in both, with its whole network, and asks anew', async () => {
    const memory = new SharedMemory();
    const [one, other] = [setUp({ memory }), setUp({ memory })];
    const [subscriber, neighbour] = [ip('2606:4700:1:2::1'), ip('2606:4700:1:2::2')];
    await one.service.assess(subscriber);
    await settled();
    await other.service.assess(subscriber);
    expect(await one.service.forget(neighbour)).toBe(true);
    await other.service.assess(subscriber);
    expect([one.vendor.asked, other.vendor.asked]).toEqual([['2606:4700:1:2::1'], ['2606:4700:1:2::1']]);
  });

  it('forgets the IPv4 address inside a transition address', async () => {
    const { vendor, service } = setUp();
    await service.assess(ADDRESS);
    await service.forget(ip('64:ff9b::8.8.8.8'));
    await service.assess(ADDRESS);
    expect(vendor.asked).toHaveLength(2);
  });

  it('takes no verdict out of what it would not have asked for itself', async () => {
    const { memory, clock, vendor, service } = setUp();
    memory.plant('8.8.8.8/32', {
      data: { answers: [{ providerId: 'stranger', facts: {} }], failures: [] },
      storedAt: clock.now(),
    });
    expect(await service.assess(ADDRESS)).toMatchObject({ providers: ['vendor', 'offline'] });
    expect(vendor.asked).toHaveLength(1);
  });
});
