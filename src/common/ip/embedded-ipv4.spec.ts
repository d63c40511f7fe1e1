import fc from 'fast-check';
import { effectiveAddress, embeddedIpv4 } from './embedded-ipv4.js';
import { fromIpv4Value, parseIpAddress, type IpAddress } from './ip-address.js';

function ip(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

const hex = (value: number): string => `${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`;

describe('embeddedIpv4', () => {
  it.each([
    ['NAT64', '64:ff9b::192.0.2.33', '192.0.2.33'],
    ['NAT64 in hexadecimal', '64:ff9b::c000:221', '192.0.2.33'],
    ['6to4', '2002:c000:221::1', '192.0.2.33'],
    ['6to4 of a low address', '2002:102:304:ffff::1', '1.2.3.4'],
    ['Teredo, the example of RFC 4380', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '192.0.2.45'],
  ])('finds the address inside %s: %s carries %s', (_, text, inside) => {
    expect(embeddedIpv4(ip(text))).toEqual(ip(inside));
  });

  it.each([
    ['an IPv4 address', '192.0.2.33'],
    ['a mapped address, which is IPv4 already', '::ffff:192.0.2.33'],
    ['an ordinary IPv6 address', '2606:4700:4700::1111'],
    ['the deprecated IPv4-compatible form', '::192.0.2.33'],
    ['local-use NAT64, whose form the network chooses', '64:ff9b:1::192.0.2.33'],
    ['an address just past the NAT64 block', '64:ff9b::1:c000:221'],
    ['an address just past the Teredo block', '2001:1:4136:e378:8000:63bf:3fff:fdd2'],
    ['an address just before the 6to4 block', '2001:ffff:c000:221::1'],
    ['an address just past the 6to4 block', '2003:c000:221::1'],
  ])('finds none in %s', (_, text) => {
    expect(embeddedIpv4(ip(text))).toBeUndefined();
  });

  it('finds every IPv4 address in every form that carries one', () => {
    const word = fc.nat(0xffffffff);
    fc.assert(
      fc.property(word, word, word, (value, other, more) => {
        const forms = [
          `64:ff9b::${hex(value)}`,
          `2002:${hex(value)}:1:${hex(other)}:${hex(more)}`,
          `2001:0:${hex(other)}:${hex(more)}:${hex(~value >>> 0)}`,
        ];
        for (const form of forms) expect(embeddedIpv4(ip(form))).toEqual(fromIpv4Value(value));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('effectiveAddress', () => {
  it('is the IPv4 address behind a transition address, and any other address itself', () => {
    expect(effectiveAddress(ip('64:ff9b::8.8.8.8'))).toEqual(ip('8.8.8.8'));
    expect(effectiveAddress(ip('2606:4700:4700::1111'))).toEqual(ip('2606:4700:4700::1111'));
    expect(effectiveAddress(ip('8.8.8.8'))).toEqual(ip('8.8.8.8'));
  });
});
