import { ClientIpResolver, type ClientIp, type RequestHeaders } from './client-ip.js';
import { TrustedProxies } from './trusted-proxies.js';

const PROXIES = TrustedProxies.from(['10.0.0.0/8', '2001:db8:a::/48', 'loopback', 'linklocal']);

function resolve(peer: string | undefined, headers: RequestHeaders, header?: string): ClientIp {
  return new ClientIpResolver({ trustedProxies: PROXIES, ...(header === undefined ? {} : { header }) }).resolve(
    peer,
    headers,
  );
}

/** One line an outcome: the address and what is odd about it. */
function shown(client: ClientIp): string {
  if (client.status === 'unknown') return `unknown (${client.cause})`;
  const notes = [client.internal ? 'internal' : undefined, client.doubt].filter((note) => note !== undefined);
  return [client.address.text, ...notes].join(', ');
}

const viaForwardedFor = (value: string | readonly string[]): string =>
  shown(resolve('10.0.0.1', { 'x-forwarded-for': value }));
const viaForwarded = (value: string | readonly string[]): string =>
  shown(resolve('10.0.0.1', { forwarded: value }, 'forwarded'));
const viaSingle = (value: string | readonly string[]): string =>
  shown(resolve('10.0.0.1', { 'cf-connecting-ip': value }, 'cf-connecting-ip'));

describe('ClientIpResolver with X-Forwarded-For', () => {
  it.each([
    ['one hop', '8.8.8.8', '8.8.8.8'],
    ['the first stranger from the right', '6.6.6.6, 8.8.8.8, 10.0.0.2, 10.0.0.3', '8.8.8.8'],
    ['a stranger next to a forged trusted hop', '10.0.0.9, 8.8.8.8', '8.8.8.8'],
    ['no spaces and many spaces', '6.6.6.6,8.8.8.8 ,\t 10.0.0.2 ', '8.8.8.8'],
    ['a hop with a port', '8.8.8.8:51234, 10.0.0.2:80', '8.8.8.8'],
    ['IPv6 in brackets', '[2001:db8::7]', '2001:db8::7'],
    ['IPv6 in brackets with a port', '8.8.8.8, [2001:db8::7]:51234, [2001:db8:a::1]:80', '2001:db8::7'],
    ['bare IPv6', '8.8.8.8, 2001:DB8::7, 2001:db8:a::1', '2001:db8::7'],
    ['mapped hops', '::ffff:8.8.8.8, ::ffff:10.0.0.2', '8.8.8.8'],
    ['garbage left of the client', 'evil<script>, , unknown, 8.8.8.8, 10.0.0.2', '8.8.8.8'],
    ['a private client behind a stranger proxy', '192.168.1.1', '192.168.1.1'],
    ['every hop trusted: the leftmost, flagged', '10.0.0.9, 10.0.0.2', '10.0.0.9, internal'],
    ['one trusted hop', '127.0.0.1', '127.0.0.1, internal'],
  ])('reads %s: %j is %s', (_, value, expected) => {
    expect(viaForwardedFor(value)).toBe(expected);
  });

  it.each([
    ['unknown'],
    ['8.8.8.8, garbage'],
    ['8.8.8.8, garbage, 10.0.0.2'],
    ['8.8.8.8,'],
    ['8.8.8.8, , 10.0.0.2'],
    [','],
    [', 10.0.0.2'],
    ['garbage, 10.0.0.2'],
    ['8.8.8.8, 010.0.0.2'],
    ['8.8.8.8, 10.0.0.2%eth0'],
    ['8.8.8.8 10.0.0.2'],
    ['"8.8.8.8"'],
    ['for=8.8.8.8'],
    ['8.8.8.8:99999'],
  ])('does not know the client behind an unreadable hop: %j', (value) => {
    expect(viaForwardedFor(value)).toBe('unknown (hop-unreadable)');
  });

  it('merges repeated headers in the order they came, as Node merges them', () => {
    expect(viaForwardedFor(['6.6.6.6', '8.8.8.8, 10.0.0.2'])).toBe('8.8.8.8');
    expect(viaForwardedFor(['6.6.6.6, 8.8.8.8', '10.0.0.2', '10.0.0.3'])).toBe('8.8.8.8');
    expect(viaForwardedFor(['8.8.8.8', 'garbage'])).toBe('unknown (hop-unreadable)');
  });

  it('walks 10,000 trusted hops to the stranger behind them', () => {
    expect(viaForwardedFor(`8.8.8.8${', 10.0.0.2'.repeat(10_000)}`)).toBe('8.8.8.8');
  });
});

describe('ClientIpResolver and the peer', () => {
  it('takes a peer without forwarded headers for the client', () => {
    expect(shown(resolve('8.8.8.8', {}))).toBe('8.8.8.8');
    expect(shown(resolve('2001:db8::7', {}))).toBe('2001:db8::7');
  });

  it('ignores the header of a peer that is not trusted, and says so', () => {
    expect(shown(resolve('8.8.8.8', { 'x-forwarded-for': '1.1.1.1' }))).toBe('8.8.8.8, header-ignored');
    expect(shown(resolve('8.8.8.8', { 'x-forwarded-for': 'garbage' }))).toBe('8.8.8.8, header-ignored');
    expect(shown(resolve('8.8.8.8', { 'x-forwarded-for': '10.0.0.2' }))).toBe('8.8.8.8, header-ignored');
  });

  it.each([
    ...['x-forwarded-for', 'forwarded', 'x-real-ip', 'true-client-ip', 'cf-connecting-ip', 'via'],
    'x-configured-ip',
  ])('takes any %s of a peer that is not trusted for a sign of a proxy, whatever it says', (name) => {
    for (const value of ['1.1.1.1', '10.0.0.2', 'garbage', '', []]) {
      const client = resolve('8.8.8.8', { [name]: value }, 'X-Configured-IP');
      expect(shown(client)).toBe('8.8.8.8, header-ignored');
    }
  });

  it('has no doubt about a peer that sends only headers that clients send themselves', () => {
    const headers = { host: 'example.org', 'x-client-ip': '1.1.1.1', 'x-configured-ip': '1.1.1.1', via: undefined };
    expect(shown(resolve('8.8.8.8', headers))).toBe('8.8.8.8');
  });

  it('takes no other header of a trusted peer for the configured one', () => {
    const headers = { 'x-real-ip': '1.1.1.1', 'true-client-ip': '1.1.1.1', via: '1.1 proxy' };
    expect(shown(resolve('10.0.0.1', headers))).toBe('10.0.0.1, internal, header-missing');
  });

  it.each([[{}], [{ 'x-forwarded-for': '' }], [{ 'x-forwarded-for': ' ' }], [{ 'x-forwarded-for': [] }]])(
    'takes a trusted peer without a header for an internal client, and says that the header is missing: %j',
    (headers) => {
      expect(shown(resolve('10.0.0.1', headers))).toBe('10.0.0.1, internal, header-missing');
    },
  );

  it.each([
    [undefined],
    [''],
    ['unknown'],
    ['10.0.0.1:443'],
    ['010.0.0.1'],
    ['/run/app.sock'],
    ['8.8.8.8%eth0'],
    ['::1%lo'],
  ])('does not know the client of the peer %j, whatever the header says', (peer) => {
    expect(shown(resolve(peer, { 'x-forwarded-for': '8.8.8.8' }))).toBe('unknown (peer-unreadable)');
  });

  it('folds a mapped peer before it asks whether to trust it', () => {
    expect(shown(resolve('::ffff:10.0.0.1', { 'x-forwarded-for': '8.8.8.8' }))).toBe('8.8.8.8');
    expect(shown(resolve('::ffff:8.8.8.8', { 'x-forwarded-for': '1.1.1.1' }))).toBe('8.8.8.8, header-ignored');
  });

  it('reads a link-local peer, which Node writes with the zone it was seen in', () => {
    expect(shown(resolve('fe80::1%eth0', { 'x-forwarded-for': '8.8.8.8' }))).toBe('8.8.8.8');
    expect(shown(resolve('fe80::1%eth0', {}))).toBe('fe80::1, internal, header-missing');
  });

  it('trusts nobody when no proxy is configured', () => {
    const resolver = new ClientIpResolver({ trustedProxies: TrustedProxies.NONE });
    expect(shown(resolver.resolve('127.0.0.1', { 'x-forwarded-for': '8.8.8.8' }))).toBe('127.0.0.1, header-ignored');
  });
});

describe('ClientIpResolver and the choice of header', () => {
  it('believes the one header it was told, and no other', () => {
    const others = {
      forwarded: 'for=1.1.1.1',
      'x-real-ip': '1.1.1.1',
      'cf-connecting-ip': '1.1.1.1',
      'x-client-ip': '1.1.1.1',
    };
    expect(shown(resolve('10.0.0.1', others))).toBe('10.0.0.1, internal, header-missing');
    expect(shown(resolve('10.0.0.1', { ...others, 'x-forwarded-for': '8.8.8.8' }))).toBe('8.8.8.8');
    expect(shown(resolve('8.8.8.8', others))).toBe('8.8.8.8, header-ignored');
  });

  it('ignores the aliases x_forwarded_for and x.forwarded.for', () => {
    const aliases = { x_forwarded_for: '1.1.1.1', 'x_forwarded-for': '1.1.1.1', 'x.forwarded.for': '1.1.1.1' };
    expect(shown(resolve('10.0.0.1', aliases))).toBe('10.0.0.1, internal, header-missing');
    expect(shown(resolve('10.0.0.1', { ...aliases, 'x-forwarded-for': '8.8.8.8' }))).toBe('8.8.8.8');
  });

  it('finds the header however its name is written in the configuration', () => {
    expect(shown(resolve('10.0.0.1', { 'cf-connecting-ip': '8.8.8.8' }, 'CF-Connecting-IP'))).toBe('8.8.8.8');
    expect(shown(resolve('10.0.0.1', { forwarded: 'for=8.8.8.8' }, 'Forwarded'))).toBe('8.8.8.8');
  });

  it.each([
    ['8.8.8.8', '8.8.8.8'],
    [' 2001:DB8::7 ', '2001:db8::7'],
    ['::ffff:8.8.8.8', '8.8.8.8'],
    ['10.0.0.7', '10.0.0.7, internal'],
    ['', '10.0.0.1, internal, header-missing'],
    ['8.8.8.8, 1.1.1.1', 'unknown (hop-unreadable)'],
    ['8.8.8.8,', 'unknown (hop-unreadable)'],
    ['garbage', 'unknown (hop-unreadable)'],
    ['for=8.8.8.8', 'unknown (hop-unreadable)'],
  ])('takes a header of a single address whole: %j is %s', (value, expected) => {
    expect(viaSingle(value)).toBe(expected);
  });

  it('does not choose between repeated headers of a single address', () => {
    expect(viaSingle(['8.8.8.8', '1.1.1.1'])).toBe('unknown (hop-unreadable)');
    expect(viaSingle(['8.8.8.8', '8.8.8.8'])).toBe('unknown (hop-unreadable)');
    expect(viaSingle(['8.8.8.8'])).toBe('8.8.8.8');
  });
});

describe('ClientIpResolver with Forwarded (RFC 7239)', () => {
  it.each([
    ['for=8.8.8.8', '8.8.8.8'],
    ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for=8.8.8.8;proto=http;by=203.0.113.43', '8.8.8.8'],
    ['for=6.6.6.6, for=8.8.8.8, for=10.0.0.2;by=10.0.0.1', '8.8.8.8'],
    ['for=_hidden, for=8.8.8.8', '8.8.8.8'],
    ['for="_gazonk" , for="8.8.8.8:443",for="10.0.0.2"', '8.8.8.8'],
    ['for=10.0.0.9, for="[2001:db8:a::1]"', '10.0.0.9, internal'],
    ['for=_hidden', 'unknown (hop-unreadable)'],
    ['for=unknown', 'unknown (hop-unreadable)'],
    ['for=8.8.8.8, for=_SEVKISEK, for=10.0.0.2', 'unknown (hop-unreadable)'],
    ['for=8.8.8.8, by=10.0.0.2', 'unknown (hop-unreadable)'],
    ['8.8.8.8', 'unknown (hop-unreadable)'],
    ['for=8.8.8.8;for=1.1.1.1', 'unknown (hop-unreadable)'],
    ['for="8.8.8.8', 'unknown (hop-unreadable)'],
  ])('%j is %s', (value, expected) => {
    expect(viaForwarded(value)).toBe(expected);
  });

  it('merges repeated headers in the order they came', () => {
    expect(viaForwarded(['for=6.6.6.6', 'for=8.8.8.8, for=10.0.0.2'])).toBe('8.8.8.8');
  });

  it('takes nothing out of a quoted string, in which a proxy repeats what the client sent as Host', () => {
    expect(viaForwarded('for=8.8.8.8;host="x,for=6.6.6.6;"')).toBe('8.8.8.8');
    expect(viaForwarded('for=8.8.8.8;host="x,for=6.6.6.6;y=\\""')).toBe('8.8.8.8');
    expect(viaForwarded('for=8.8.8.8;host=",for=6.6.6.6", for=10.0.0.2;host=",for=6.6.6.6;"')).toBe('8.8.8.8');
  });

  it('is not swallowed by a quote that the client opened and never closed', () => {
    expect(viaForwarded('for="x, for=8.8.8.8;proto="https"')).toBe('8.8.8.8');
    expect(viaForwarded('for=6.6.6.6;host="\\, for=8.8.8.8')).toBe('8.8.8.8');
  });
});

/**
 * Where the well-known resolvers part ways, and what was settled here. nginx: realip with real_ip_recursive on;
 * Express: proxy-addr with the same trust list; the trusted peer is 10.0.0.1.
 */
const DIFFERENTIAL: readonly { header: string; nginx: string; express: string; here: string; why: string }[] = [
  { header: '6.6.6.6, 8.8.8.8, 10.0.0.2', nginx: '8.8.8.8', express: '8.8.8.8', here: '8.8.8.8', why: 'all agree' },
  { header: '10.0.0.9, 10.0.0.2', nginx: '10.0.0.9', express: '10.0.0.9', here: '10.0.0.9, internal', why: 'flagged' },
  { header: '8.8.8.8:443', nginx: '8.8.8.8', express: '8.8.8.8:443', here: '8.8.8.8', why: 'ports accepted' },
  {
    header: '[2001:db8::7]:443',
    nginx: '2001:db8::7',
    express: '[2001:db8::7]:443',
    here: '2001:db8::7',
    why: 'brackets accepted',
  },
  {
    header: '8.8.8.8, garbage',
    nginx: '10.0.0.1',
    express: 'garbage',
    here: 'unknown (hop-unreadable)',
    why: 'no guess',
  },
  {
    header: '8.8.8.8, garbage, 10.0.0.2',
    nginx: '10.0.0.2',
    express: 'garbage',
    here: 'unknown (hop-unreadable)',
    why: 'no guess',
  },
  {
    header: '8.8.8.8, evil<script>',
    nginx: '10.0.0.1',
    express: 'evil<script>',
    here: 'unknown (hop-unreadable)',
    why: 'never text',
  },
  {
    header: '8.8.8.8, 10.0.0.2%eth0',
    nginx: '10.0.0.1',
    express: '10.0.0.2%eth0',
    here: 'unknown (hop-unreadable)',
    why: 'no zones',
  },
  {
    header: '8.8.8.8, 010.0.0.2',
    nginx: '10.0.0.1',
    express: '010.0.0.2',
    here: 'unknown (hop-unreadable)',
    why: 'no octal',
  },
];

describe('ClientIpResolver beside nginx and Express', () => {
  it.each(DIFFERENTIAL)('$header: nginx $nginx, Express $express, here $here ($why)', ({ header, here }) => {
    expect(viaForwardedFor(header)).toBe(here);
  });
});
