import { intelligence } from '../../../test/support/intelligence.js';
import { failWith, ScriptedProvider } from '../../../test/support/scripted-provider.js';
import { settled } from '../../../test/support/fake-time.js';
import { SharedMemory } from '../../../test/support/shared-memory.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import type { FactName } from '../providers/ip-intelligence.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { AssessmentService } from './assessment.service.js';
import { assessInBulk } from './bulk-assessment.js';

const ADDRESS = parseIpAddress('8.8.8.8') as IpAddress;

const says =
  (providerId: string, facts: Partial<Record<FactName, boolean>> = {}) =>
  () =>
    intelligence({ isHostingProvider: false, ...facts }, { providerId });
const vendorThat = (id: string, facts: Partial<Record<FactName, boolean>> = {}) =>
  new ScriptedProvider(id, () => Promise.resolve(says(id, facts)()));

/** One process: its vendors and its own offline data, on what all share. */
function processOn(memory: SharedMemory, vendors: readonly ScriptedProvider[], offlineFacts = {}) {
  const offline = new ScriptedProvider('offline', says('offline', offlineFacts), { kind: 'offline' });
  const lookup = new ProviderLookup({ providers: [...vendors, offline], clock: memory.clock });
  const service = new AssessmentService({ lookup, clock: memory.clock, shared: memory.tier() });
  const assess = async () => {
    const assessment = await service.assess(ADDRESS);
    await settled();
    return assessment;
  };
  return { service, assess };
}

describe('A verdict that another process bought', () => {
  it('rests on the offline data of the process that serves it', async () => {
    const memory = new SharedMemory();
    // It has only begun, and no list of Tor exits yet.
    const young = processOn(memory, [vendorThat('vendor')]);
    expect(await young.assess()).toMatchObject({ score: 0 });
    const vendor = vendorThat('vendor');
    const old = processOn(memory, [vendor], { isTorExitNode: true });
    expect(await old.assess()).toMatchObject({ score: 50, providers: ['vendor', 'offline'] });
    expect(vendor.asked).toEqual([]);
  });

  it('is none where a vendor failed there that can be asked here', async () => {
    const memory = new SharedMemory();
    const broken = new ScriptedProvider('b', failWith('PROVIDER_UNREACHABLE'));
    expect(await processOn(memory, [vendorThat('a'), broken]).assess()).toMatchObject({ status: 'degraded' });
    const well = vendorThat('b', { isBlocklisted: true });
    expect(await processOn(memory, [vendorThat('a'), well]).assess()).toMatchObject({ status: 'complete', score: 60 });
    expect(well.asked).toEqual(['8.8.8.8']);
  });

  it('serves where the vendor that is missing in it says nothing here either', async () => {
    const memory = new SharedMemory();
    const broken = () => new ScriptedProvider('b', failWith('PROVIDER_UNREACHABLE'), { limits: { dailyBudget: 0 } });
    await processOn(memory, [vendorThat('a'), broken()]).assess();
    const vendor = vendorThat('a');
    expect(await processOn(memory, [vendor, broken()]).assess()).toMatchObject({ status: 'degraded' });
    expect(vendor.asked).toEqual([]);
  });

  it('stays forgotten, also where a list is under way that asked for it before', async () => {
    const memory = new SharedMemory();
    const vendor = vendorThat('vendor');
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    vendor.script = async () => {
      await released;
      return says('vendor')();
    };
    const { service, assess } = processOn(memory, [vendor]);
    const list = assessInBulk(service, [ADDRESS], () => false).next();
    await settled();
    await service.forget(ADDRESS);
    release();
    await list;
    await settled();
    vendor.script = () => Promise.resolve(says('vendor', { isBlocklisted: true })());
    expect(await assess()).toMatchObject({ score: 60 });
  });
});
