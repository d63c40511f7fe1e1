import { FakeClock } from '../../../test/support/fake-clock.js';
import { intelligence } from '../../../test/support/intelligence.js';
import { ScriptedProvider } from '../../../test/support/scripted-provider.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import type { IpIntelligenceProvider } from '../providers/ip-intelligence-provider.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { AssessmentService } from './assessment.service.js';

const ip = (text: string): IpAddress => parseIpAddress(text) as IpAddress;

function setUp(limits: IpIntelligenceProvider['limits'] = {}) {
  const clock = new FakeClock();
  const answers = { id: 'offline', kind: 'offline', dataVersion: 0 } as const;
  const offline = {
    ...answers,
    dataVersion: 0,
    lookup: () => intelligence({}, { providerId: 'offline' }),
    health: () => ({ status: 'up', details: {} }) as const,
  };
  const script = () => Promise.resolve(intelligence({ isAnonymousVpn: true }, { providerId: 'vendor' }));
  const vendor = new ScriptedProvider('vendor', script, { limits });
  const lookup = new ProviderLookup({ providers: [vendor, offline], clock });
  return { offline, vendor, service: new AssessmentService({ lookup, clock }) };
}

describe('AssessmentCache', () => {
  it('keeps what vendors were paid for when a feed is renewed', async () => {
    const { offline, vendor, service } = setUp();
    await service.assess(ip('8.8.8.8'));
    offline.dataVersion += 1;
    expect(await service.assess(ip('8.8.8.8'))).toMatchObject({ status: 'complete', score: 25 });
    expect(vendor.asked).toEqual(['8.8.8.8']);
  });

  it('does not hold a refusal against the client, who may be asked about a moment later', async () => {
    const { vendor, service } = setUp({ maxConcurrent: 1 });
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    vendor.script = async () => {
      await released;
      return intelligence({ isAnonymousVpn: true }, { providerId: 'vendor' });
    };
    // One is with the vendor and four wait for its place.
    const waiting = [1, 2, 3, 4, 5].map(async (host) => await service.assess(ip(`8.8.8.${host}`)));
    const refused = await service.assess(ip('9.9.9.9'));
    release();
    await Promise.all(waiting);
    const again = await service.assess(ip('9.9.9.9'));
    expect([refused.status, again.status]).toEqual(['unavailable', 'complete']);
  });
});
