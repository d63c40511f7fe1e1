import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ClientIpResolver } from './client-ip.js';
import { TrustedProxies } from './trusted-proxies.js';

const PROXIES = TrustedProxies.from(['10.0.0.0/8', '2001:db8:a::/48', 'loopback']);

describe('ClientIpResolver, asked again', () => {
  const HEADERS: readonly (string | readonly string[] | undefined)[] = [
    ...['8.8.8.8', '1.1.1.1, 8.8.8.8', '8.8.8.8, 10.0.0.2', '10.0.0.2', '192.168.1.1, 192.168.1.2', '2001:db8::7'],
    ...['', ' ', 'garbage', '8.8.8.8,', 'for=8.8.8.8', 'for=_hidden, for=8.8.8.8', undefined],
    ...[['8.8.8.8', '1.1.1.1'], ['8.8.8.8'], [], ['8.8.8.8, 10.0.0.2', '10.0.0.3'], ['10.0.0.2', '8.8.8.8']],
  ];
  const PEERS = ['10.0.0.1', '10.0.0.2', '::1', '8.8.8.8', '::ffff:10.0.0.1', '10.0.0.1:443', '', undefined];
  const NAMES = ['x-forwarded-for', 'forwarded', 'cf-connecting-ip'];

  it('answers what one that was never asked before answers, whoever was asked about meanwhile', () => {
    const asked = NAMES.map((header) => ({ header, used: new ClientIpResolver({ trustedProxies: PROXIES, header }) }));
    const question = fc.record({
      peer: fc.constantFrom(...PEERS),
      name: fc.constantFrom(...NAMES),
      value: fc.constantFrom(...HEADERS),
      resolver: fc.constantFrom(...asked),
    });
    fc.assert(
      fc.property(fc.array(question, { minLength: 20, maxLength: 60 }), (questions) => {
        for (const { peer, name, value, resolver } of questions) {
          const headers = { [name]: value };
          const fresh = new ClientIpResolver({ trustedProxies: PROXIES, header: resolver.header });
          expect(resolver.used.resolve(peer, headers)).toEqual(fresh.resolve(peer, headers));
        }
      }),
    );
  });

  it('believes no header of a stranger because a trusted proxy sent the same', () => {
    const resolver = new ClientIpResolver({ trustedProxies: PROXIES });
    const headers = { 'x-forwarded-for': '1.1.1.1' };
    const texts = ['10.0.0.1', '8.8.8.8', '10.0.0.1'].map((peer) => {
      const client = resolver.resolve(peer, headers);
      return client.status === 'known' ? client.address.text : client.cause;
    });
    expect(texts).toEqual(['1.1.1.1', '8.8.8.8', '1.1.1.1']);
  });

  it('keeps no header in memory for the sake of the address in it, however long callers make it', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heap = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const resolver = new ClientIpResolver({ trustedProxies: PROXIES });
    const kept: string[] = [];
    const before = heap();
    for (let client = 0; client < 2000; client += 1) {
      const address = `203.100.${100 + (client % 100)}.${100 + Math.floor(client / 100)}`;
      // Read from the wire: a text that was put together by joining behaves otherwise.
      const value = Buffer.from(`${'x'.repeat(8000)}, ${address}`).toString('latin1');
      const read = resolver.resolve('10.0.0.1', { 'x-forwarded-for': value });
      if (read.status === 'known') kept.push(read.address.text);
    }
    expect(heap() - before).toBeLessThan(4_000_000);
    expect(kept).toHaveLength(2000);
  });
});
