import fc from 'fast-check';
import { ClientIpResolver, type RequestHeaders } from './client-ip.js';
import { parseIpAddress } from './ip-address.js';
import { TrustedProxies } from './trusted-proxies.js';

const KINDS = ['x-forwarded-for', 'forwarded', 'cf-connecting-ip'] as const;
const PROXIES = TrustedProxies.from(['loopback', 'linklocal', 'private', 'cloudflare', '2001:db8:a::/48']);
const RESOLVERS = KINDS.map((header) => new ClientIpResolver({ trustedProxies: PROXIES, header }));

const NAMES = [
  ...KINDS,
  ...['x_forwarded_for', 'X-Forwarded-For', 'x-real-ip', 'x-client-ip', 'true-client-ip', 'x-forwarded', 'client-ip'],
  ...['fastly-client-ip', 'via', 'host', 'constructor', 'x-forwarded-for ', 'forwarded-for', 'x.forwarded.for'],
];

const TOKENS = [
  ...['8.8.8.8', '1.1.1.1:443', '[2606:4700::1]:80', '2606:4700::2', '::ffff:9.9.9.9', '10.0.0.1', '127.0.0.1', '::1'],
  ...['2001:db8:a::1', '104.16.0.1', 'for=6.6.6.6', 'for="[2606:4700::3]:1"', 'for=_hidden', 'by=10.0.0.1', 'unknown'],
  ...[',', ', ', ';', '"', '\\', '\\"', '=', ' ', '\t', '[', ']', ':', '.', '%eth0', '\0', '\r\n', '\u2028', 'é', '１'],
  ...[
    '0',
    '256',
    '010.0.0.1',
    '0x7f.1',
    '2130706433',
    '::',
    '::ffff:0:0/95',
    '0.0.0.0/0',
    'true',
    'null',
    '<script>',
    '../',
  ],
];

// Read once: a global costs a slow look-up each time in the sandbox of Jest.
const { imul } = Math;

/** mulberry32: small, fast and repeatable, so that one seed of fast-check stands for a thousand headers. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function randomText(random: (below: number) => number, extra: string): string {
  let text = '';
  for (let count = random(9); count > 0; count -= 1)
    text += random(12) === 0 ? extra : (TOKENS[random(TOKENS.length)] ?? '');
  return text;
}

function randomLines(random: (below: number) => number, extra: string): string[] {
  const lines: string[] = [];
  for (let count = random(4); count > 0; count -= 1) lines.push(randomText(random, extra));
  return lines;
}

function randomHeaders(random: (below: number) => number, extra: string): RequestHeaders {
  const headers: Record<string, string | string[]> = {};
  // The first name is one that some resolver believes: that is where forging could pay.
  let name: string = KINDS[random(KINDS.length)] ?? '';
  for (let count = 1 + random(3); count > 0; count -= 1) {
    headers[name] = random(4) > 0 ? randomText(random, extra) : randomLines(random, extra);
    name = NAMES[random(NAMES.length)] ?? '';
  }
  return headers;
}

const seeds = fc.integer();
const stranger = fc
  .oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4().map((text) => `::ffff:${text}`),
    fc.constantFrom('8.8.8.8', '11.0.0.0', '9.255.255.255', '128.0.0.1', '2001:db8:b::', 'fe00::1', '::2'),
  )
  .filter((text) => {
    const address = parseIpAddress(text);
    return address !== undefined && !PROXIES.has(address);
  });

describe('ClientIpResolver against forged headers', () => {
  it('answers the peer itself to 1,000,000 header sets from a peer that is not trusted', () => {
    let tried = 0;
    let ignored = 0;
    fc.assert(
      fc.property(stranger, seeds, (peer, seed) => {
        const expected = parseIpAddress(peer)?.text;
        const random = randomFrom(seed);
        for (let count = 0; count < 1000; count += 1) {
          const headers = randomHeaders(random, peer);
          const client = RESOLVERS[count % 3]?.resolve(peer, headers);
          tried += 1;
          if (client?.status !== 'known' || client.address.text !== expected || client.internal) {
            throw new Error(`${peer} became ${JSON.stringify(client)} by ${JSON.stringify(headers)}`);
          }
          if (client.doubt === 'header-ignored') ignored += 1;
        }
      }),
      { numRuns: 1000 },
    );
    expect(tried).toBe(1_000_000);
    // A header that nobody would believe proves nothing: many of the sets must hold one that was there to be ignored.
    expect(ignored).toBeGreaterThan(250_000);
  });

  it('never answers an address that a trusted proxy did not see, whatever stands left of it in X-Forwarded-For', () => {
    expectLeftIsPowerless('x-forwarded-for', (hop) => hop, [
      '10.0.0.2',
      '[2001:db8:a::1]:80',
      '::ffff:10.0.0.3',
      '127.0.0.1:1',
    ]);
  });

  it('never answers an address that a trusted proxy did not see, whatever stands left of it in Forwarded', () => {
    expectLeftIsPowerless('forwarded', (hop) => `for="[${hop}]:1";host="a,for=6.6.6.6;\\"b";proto=http`, [
      'for=10.0.0.2',
      'for="[2001:db8:a::1]";host=",for=6.6.6.6"',
      'proto=https;for="10.0.0.3:80"',
    ]);
  });
});

/** 25 shapes of what the proxies wrote, 1,000 forged prefixes each: 25,000 headers a kind. */
function expectLeftIsPowerless(header: string, written: (hop: string) => string, trustedHops: readonly string[]): void {
  const resolver = new ClientIpResolver({ trustedProxies: PROXIES, header });
  const client = fc.ipV6().filter((text) => {
    const address = parseIpAddress(text);
    return address?.family === 6 && !PROXIES.has(address);
  });
  const readable = client.map((text) => ({ hop: written(text), text: parseIpAddress(text)?.text }));
  const unreadable = fc
    .constantFrom('unknown', 'for=_hidden', 'garbage', 'for=8.8.8.8;for=1.1.1.1')
    .map((hop) => ({ hop, text: undefined }));
  const shapes = fc.record({
    first: fc.oneof({ arbitrary: readable, weight: 4 }, { arbitrary: unreadable, weight: 1 }),
    behind: fc.array(fc.constantFrom(...trustedHops), { maxLength: 3 }),
    isSeparateLine: fc.boolean(),
    seed: seeds,
  });
  fc.assert(
    fc.property(shapes, ({ first, behind, isSeparateLine, seed }) => {
      const right = [first.hop, ...behind].join(', ');
      const random = randomFrom(seed);
      for (let count = 0; count < 1000; count += 1) {
        const left = randomText(random, first.hop);
        const value = isSeparateLine ? [left, right] : `${left},${right}`;
        const actual = resolver.resolve('10.0.0.1', { [header]: value });
        const address = actual.status === 'known' && !actual.internal ? actual.address.text : undefined;
        if (address === first.text && (actual.status === 'known') === (first.text !== undefined)) continue;
        throw new Error(`${first.text ?? 'unknown'} became ${JSON.stringify(actual)} by ${JSON.stringify(value)}`);
      }
    }),
    { numRuns: 25 },
  );
}
