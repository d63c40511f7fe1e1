import { InvalidConfigurationError } from '../../../../common/errors/ip-risk.error.js';
import { DEFAULT_FEEDS, FEED_CATALOGUE, parseFeedList } from './feed-catalogue.js';

const ids = (text: string): string[] => parseFeedList(text).map(({ id }) => id);

function messageOf(text: string): string {
  try {
    parseFeedList(text);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidConfigurationError);
    return (error as Error).message;
  }
  throw new Error(`${text} was accepted`);
}

describe('FEED_CATALOGUE', () => {
  it('gives every published feed a valid https address, a credit, and an id that can name a file', () => {
    for (const [name, { id, location, credit }] of Object.entries(FEED_CATALOGUE)) {
      expect(id).toBe(name);
      expect(id).toMatch(/^[a-z0-9-]+$/);
      expect(credit).not.toBe('');
      if (!id.startsWith('custom-')) expect(new URL(location).protocol).toBe('https:');
    }
  });

  it('fetches nothing of Spamhaus more often than once a day', () => {
    const spamhaus = Object.values(FEED_CATALOGUE).filter(({ location }) => location.includes('spamhaus.org'));
    expect(spamhaus.map(({ refreshHours }) => refreshHours)).toEqual([24, 24, 24]);
  });

  it('never calls a Cloudflare range hosting, because people behind WARP come out of them', () => {
    const cloudflare = Object.values(FEED_CATALOGUE).filter(({ location }) => location.includes('cloudflare.com'));
    expect(cloudflare.map(({ kind }) => kind)).toEqual(['relay', 'relay']);
  });
});

describe('parseFeedList', () => {
  it.each(['', '  ', 'none', ' none ', ','])('reads %j as no feed at all', (text) => {
    expect(parseFeedList(text)).toEqual([]);
  });

  it('reads "default" as the default set', () => {
    expect(ids('default')).toEqual([...DEFAULT_FEEDS]);
    expect(DEFAULT_FEEDS.every((name) => FEED_CATALOGUE[name]?.location !== '')).toBe(true);
  });

  it('takes a published feed from another location, in its own format', () => {
    expect(parseFeedList('aws = https://mirror.example/aws.json?token=a=b')).toEqual([
      expect.objectContaining({
        id: 'aws',
        kind: 'hosting',
        format: 'json-prefixes',
        location: 'https://mirror.example/aws.json?token=a=b',
      }),
    ]);
  });

  it.each(['default,aws=/lists/aws.json', 'aws=/lists/aws.json,default', 'aws=/lists/aws.json,default,aws'])(
    'keeps the location that %j gives, and lists the feed once',
    (text) => {
      const aws = parseFeedList(text).filter(({ id }) => id === 'aws');
      expect(aws.map(({ location }) => location)).toEqual(['/lists/aws.json']);
      expect(parseFeedList(text)).toHaveLength(DEFAULT_FEEDS.length);
    },
  );

  it("numbers the operator's lists of one kind", () => {
    expect(ids('custom-vpn=/a.txt,custom-tor=/t.txt,custom-vpn=/b.txt,custom-vpn=https://c.example/')).toEqual([
      'custom-vpn',
      'custom-tor',
      'custom-vpn-2',
      'custom-vpn-3',
    ]);
  });

  it("never lets the operator's own file grow stale, but expects a rhythm of URLs and published feeds", () => {
    const hours = parseFeedList('custom-vpn=/a.txt,custom-vpn=https://a.example/,tor-exits=/tor.txt');
    expect(hours.map(({ refreshHours }) => refreshHours)).toEqual([Number.POSITIVE_INFINITY, 24, 1]);
  });

  it('takes a Windows path for a path', () => {
    expect(parseFeedList('custom-vpn=C:\\lists\\vpn.txt')[0]?.location).toBe('C:\\lists\\vpn.txt');
  });

  it('names the setting, the bad name and the known names when a name is unknown', () => {
    const message = messageOf('default,tor-exit');
    expect(message).toContain('IP_RISK_FEEDS: "tor-exit" is not a known feed');
    expect(message).toContain('tor-exits, ');
    expect(message).toContain('custom-blocklist');
  });

  it.each(['none,aws', 'constructor', '__proto__=/x', 'Default'])('refuses %j', (text) => {
    expect(messageOf(text)).toContain('is not a known feed');
  });

  it.each(['custom-vpn', 'custom-vpn=', 'aws='])('asks for the location that %j lacks', (text) => {
    expect(messageOf(text)).toContain('needs a location');
  });

  it.each([
    ['custom-vpn=ftp://host.example/secret-path', 'scheme "ftp:"'],
    ['custom-vpn=file:///etc/secret-path', 'scheme "file:"'],
    ['custom-vpn=https:secret-path', 'not a valid URL'],
    ['custom-vpn=https://host.example:99999/secret-path', 'not a valid URL'],
    ['custom-vpn=https://user:secret-path@host.example/', 'user name or password'],
    ['https://host.example/?secret-path', '"https…" is not a known feed'],
  ])('refuses %j and does not repeat the location', (text, reason) => {
    expect(messageOf(text)).toContain(reason);
    expect(messageOf(text)).not.toContain('secret-path');
  });

  it('never shows what follows a comma inside a URL', () => {
    expect(() => parseFeedList('custom-vpn=https://h/list?token=abc,SECRETPART123456')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('SECRETPART') }),
    );
  });
});
