import { inspect } from 'node:util';
import fc from 'fast-check';
import { InvalidConfigurationError } from '../errors/ip-risk.error.js';
import { RedisUrl } from './redis-url.js';

const PASSWORD = 'canary-91d2';

function problemOf(text: string): string {
  try {
    RedisUrl.parse(text, 'REDIS_URL');
  } catch (error) {
    if (error instanceof InvalidConfigurationError) return error.message;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('RedisUrl', () => {
  it.each([
    ['redis://localhost', { kind: 'single', isTls: false, hosts: [{ host: 'localhost', port: 6379 }], db: 0 }],
    ['redis://cache_1:7000/', { kind: 'single', hosts: [{ host: 'cache_1', port: 7000 }], db: 0 }],
    ['rediss://redis.example.com:6380/12', { isTls: true, hosts: [{ host: 'redis.example.com', port: 6380 }], db: 12 }],
    ['redis://[::1]:6379/3', { hosts: [{ host: '::1', port: 6379 }], db: 3 }],
    ['redis://[2001:db8::7]', { hosts: [{ host: '2001:db8::7', port: 6379 }] }],
    [
      'redis+sentinel://a,b:26380,[::1]:1/my-master.1/2',
      {
        kind: 'sentinel',
        hosts: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 26_380 },
          { host: '::1', port: 1 },
        ],
        masterName: 'my-master.1',
        db: 2,
      },
    ],
    ['rediss+sentinel://a/m', { kind: 'sentinel', isTls: true, masterName: 'm', db: 0 }],
    [
      'redis+cluster://10.0.0.1:7000,10.0.0.2',
      {
        kind: 'cluster',
        hosts: [
          { host: '10.0.0.1', port: 7000 },
          { host: '10.0.0.2', port: 6379 },
        ],
        masterName: undefined,
      },
    ],
    ['rediss+cluster://a:65535/', { kind: 'cluster', isTls: true, hosts: [{ host: 'a', port: 65_535 }] }],
  ])('reads %s', (text, parts) => {
    expect(RedisUrl.parse(text)).toMatchObject(parts);
  });

  it.each([
    [`redis://:${PASSWORD}@a`, undefined, PASSWORD],
    [`redis://app:${PASSWORD}@a`, 'app', PASSWORD],
    ['redis+cluster://a%40b:p%3A%2F%40%20%25@a', 'a@b', 'p:/@ %'],
    ['redis+sentinel://:a:b@a/m', undefined, 'a:b'],
    ['redis://a', undefined, undefined],
  ])('reads who asks out of %s', (text, user, password) => {
    const url = RedisUrl.parse(text);
    expect([url.user, url.revealPassword()]).toEqual([user, password]);
    expect(inspect(url, { depth: 9, showHidden: true }) + JSON.stringify(url)).not.toContain(password ?? PASSWORD);
  });

  it.each([
    ['', /must be a URL such as/],
    ['localhost:6379', /must be a URL such as/],
    ['http://localhost', /must be a URL such as/],
    ['REDIS://localhost', /must be a URL such as/],
    ['redis+tls://localhost', /must be a URL such as/],
    ['redis:///0', /must be a URL such as/],
    [`redis://:${PASSWORD}/@a`, /must be a URL such as/],
    [`redis://:${PASSWORD}@b@a`, /must be a URL such as/],
    [`redis://a?password=${PASSWORD}`, /must be a URL such as/],
    ['redis://a#1', /must be a URL such as/],
    ['redis://a b', /must be a URL such as/],
    [' redis://a', /must be a URL such as/],
    ['redis://a\n', /must be a URL such as/],
    ['redis://a:0', /host:port/],
    ['redis://a:65536', /host:port/],
    ['redis://a:', /host:port/],
    ['redis://::1', /host:port/],
    ['redis://[::g]', /host:port/],
    ['redis://127.1', /host:port/],
    ['redis://256.0.0.1', /host:port/],
    ['redis://-a', /host:port/],
    ['redis+cluster://a,,b', /host:port/],
    ['redis+cluster://a,', /host:port/],
    ['redis://a,b', /several hosts/],
    ['redis://a/x', /number of a database/],
    ['redis://a/0/1', /number of a database/],
    ['redis+cluster://a/0', /no database/],
    ['redis+sentinel://a', /must name the master/],
    ['redis+sentinel://a/', /must name the master/],
    ['redis+sentinel://a/m/x', /must name the master/],
    [`redis://${PASSWORD}@a`, /a password after its user/],
    ['redis://app:@a', /a password after its user/],
    [`redis://:${PASSWORD}%zz@a`, /percent-encoded/],
  ])('refuses %j with a sentence that repeats nothing of it', (text, sentence) => {
    const problem = problemOf(text);
    expect(problem).toMatch(/^REDIS_URL [^\n]+\.$/);
    expect(problem).toMatch(sentence);
    expect(problem).not.toContain(PASSWORD);
  });

  it('reads back every user and password that is percent-encoded', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 65_535 }), (user, password, port) => {
        const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
        const url = RedisUrl.parse(`redis+cluster://${login}@a:${port},[::1]:${port}`);
        expect([url.user, url.revealPassword(), url.hosts.map((host) => host.port)]).toEqual([
          user,
          password,
          [port, port],
        ]);
      }),
    );
  });

  it('takes any text or refuses it by one sentence that does not hold the secret part', () => {
    const piece = fc.constantFrom(
      'redis',
      's',
      '+cluster',
      '+sentinel',
      '://',
      ':',
      '@',
      '/',
      ',',
      '[',
      ']',
      'a',
      '::1',
      '6379',
      '%',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.constant(PASSWORD), fc.string()), { maxLength: 12 }), (pieces) => {
        try {
          const url = RedisUrl.parse(pieces.join(''));
          expect(url.hosts.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidConfigurationError);
          expect((error as Error).message).not.toContain(PASSWORD);
        }
      }),
    );
  });
});
