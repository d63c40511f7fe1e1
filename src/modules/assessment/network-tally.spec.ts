import fc from 'fast-check';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import { prefixKey } from '../../common/ip/ip-prefix.js';
import { NetworkTally } from './network-tally.js';

const address = (text: string): IpAddress => parseIpAddress(text) as IpAddress;
const tallyOf = (addresses: readonly IpAddress[]): NetworkTally => {
  const tally = new NetworkTally(addresses.length);
  for (const each of addresses) tally.add(each);
  return tally;
};

describe('NetworkTally', () => {
  it('knows a network that comes again, and one that does not', () => {
    const tally = tallyOf(['9.9.9.1', '9.9.9.2', '9.9.9.1', '2a02::1', '2a02::2', '2a02:0:0:1::1'].map(address));
    expect(['9.9.9.1', '9.9.9.2', '2a02::3', '2a02:0:0:1::2'].map((text) => tally.mayComeAgain(address(text)))).toEqual(
      [true, false, true, false],
    );
  });

  it('never misses one that comes again', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 60 }), (texts) => {
        const addresses = [...texts, ...texts.slice(0, 5)].map(address);
        const keys = addresses.map((each) => prefixKey(each));
        const tally = tallyOf(addresses);
        const again = addresses.filter((each) => keys.filter((key) => key === prefixKey(each)).length > 1);
        expect(again.every((each) => tally.mayComeAgain(each))).toBe(true);
      }),
    );
  });

  it('takes few of 50,000 neighbours for networks that come again', () => {
    const addresses = Array.from({ length: 50_000 }, (_, index) => address(`81.${index >> 8}.${index & 255}.7`));
    const tally = tallyOf(addresses);
    expect(addresses.filter((each) => tally.mayComeAgain(each)).length).toBeLessThan(5000);
  });
});
