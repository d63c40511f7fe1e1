import { lookupContext } from '../../../../test/support/lookup-context.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import { isIntelligence, knowsNothing, type IpIntelligence } from '../ip-intelligence.js';
import { FakeProvider, type FakeProviderOptions } from './fake-provider.js';
import { providerContract } from './provider-contract.js';

const addressOf = (text: string): IpAddress => parseIpAddress(text) as IpAddress;
const ask = (fake: FakeProvider, text: string) => fake.lookup(addressOf(text), lookupContext());

describe('FakeProvider', () => {
  for (const { promise, run } of providerContract({ create: () => new FakeProvider({ otherwise: { score: 50 } }) })) {
    it(promise, run);
  }

  it('answers out of its table, whatever the spelling, and leaves the rest unknown', () => {
    const answers = {
      '2001:DB8:0:0::1': { facts: { isTorExitNode: true, isRelay: false }, location: { countryCode: 'DE' }, score: 60 },
    };
    const fake = new FakeProvider({ id: 'mine', answers });
    expect(ask(fake, '2001:db8::1')).toMatchObject({
      providerId: 'mine',
      facts: {
        isTorExitNode: { value: true, confidence: 1 },
        isRelay: { value: false, confidence: 1 },
        isBot: undefined,
      },
      location: { countryCode: 'DE', city: undefined },
      network: undefined,
      score: { card: fake.scorecard, rows: [{ points: 60 }] },
    });
    expect(knowsNothing(ask(fake, '8.8.8.8') as IpIntelligence)).toBe(true);
  });

  it('answers about everybody else as it is told, and fails where it is told', () => {
    const options: FakeProviderOptions = {
      answers: { '8.8.8.8': 'PROVIDER_TIMEOUT' },
      otherwise: { network: { asn: 64496 } },
    };
    const fake = new FakeProvider(options);
    expect(() => ask(fake, '8.8.8.8')).toThrow(
      expect.objectContaining({ code: 'PROVIDER_TIMEOUT', providerId: 'fake' }),
    );
    expect(ask(fake, '8.8.4.4')).toMatchObject({ network: { asn: 64496, isp: undefined } });
    expect(fake.asked).toEqual(['8.8.8.8', '8.8.4.4']);
  });

  it('answers at once or later, as its kind does', async () => {
    const later = new FakeProvider({ kind: 'vendor', otherwise: 'PROVIDER_QUOTA' });
    expect(isIntelligence(ask(new FakeProvider(), '8.8.8.8'))).toBe(true);
    await expect(ask(later, '8.8.8.8')).rejects.toMatchObject({ code: 'PROVIDER_QUOTA' });
    const aborted = lookupContext({ signal: AbortSignal.abort() });
    await expect(later.lookup(addressOf('8.8.8.8'), aborted)).rejects.toMatchObject({ code: 'PROVIDER_TIMEOUT' });
  });

  it('learns, and says that its data is another', () => {
    const fake = new FakeProvider();
    fake.set('8.8.8.8', { facts: { isBot: true } });
    expect(ask(fake, '8.8.8.8')).toMatchObject({ facts: { isBot: { value: true } } });
    expect(fake.dataVersion).toBe(1);
  });

  it('takes no names that are no addresses', () => {
    expect(() => new FakeProvider({ answers: { localhost: {} } })).toThrow('"localhost" is no IP address');
    expect(() => {
      new FakeProvider().set('8.8.8', {});
    }).toThrow(RangeError);
  });
});
