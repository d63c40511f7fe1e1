import { hostingAsns } from './hosting-asns.js';
import { NetworkClasses } from './network-classes.js';

describe('hostingAsns', () => {
  it('lists networks of servers and of VPN exits, and no others, each once and in order', () => {
    const asns = hostingAsns();
    expect(asns).toEqual(expect.arrayContaining([15169, 16509, 39351]));
    for (const [asn, kind] of [
      [14593, 'satellite'],
      [36183, 'relay'],
      [60729, 'Tor'],
      [7922, 'homes'],
    ] as const) {
      expect({ kind, isListed: asns.includes(asn) }).toEqual({ kind, isListed: false });
    }
    expect(asns).toEqual([...new Set(asns)].sort((a, b) => a - b));
    const classes = NetworkClasses.shipped();
    expect(new Set(asns.map((asn) => classes.classOf(asn, undefined)?.class))).toEqual(
      new Set(['hosting', 'vpn-hosting']),
    );
    expect(asns.length).toBeGreaterThan(500);
  });
});
