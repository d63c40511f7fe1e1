import { anyAddress, anyName, anyOf, anyUser } from './filter-parameters.js';
import { readQuery } from './query-parameters.js';

const READERS = {
  kind: anyOf(['a', 'b']),
  policy: anyName,
  user_id: anyUser,
  ip_address: anyAddress,
};

const read = (query: Readonly<Record<string, string>>): unknown => readQuery(query, READERS);

describe('filters', () => {
  it('ask for nothing where they are not given', () => {
    expect(read({})).toEqual({
      kind: undefined,
      policy: undefined,
      user_id: undefined,
      ip_address: undefined,
    });
  });

  it('read what is given', () => {
    const query = { kind: 'b', policy: 'Zahlung ö', user_id: "o'hara; --", ip_address: '::ffff:8.8.8.8' };
    expect(read(query)).toMatchObject({ ...query, ip_address: { text: '8.8.8.8' } });
  });

  it.each([
    [{ kind: '' }, 'kind must be one of: a, b.'],
    [{ kind: 'toString' }, 'kind must be one of: a, b.'],
    [{ policy: '' }, 'policy must be text of 1-128 characters without control characters.'],
    [{ policy: 'x'.repeat(129) }, 'policy must be text of 1-128 characters without control characters.'],
    [{ policy: 'a\0' }, 'policy must be text of 1-128 characters without control characters.'],
    [{ policy: '\ud800' }, 'policy must be text of 1-128 characters without control characters.'],
    [{ ip_address: '' }, 'IP address must be in valid IPv4 or IPv6 format'],
    [{ ip_address: '8.8.8.0/24' }, 'IP address must be in valid IPv4 or IPv6 format'],
  ])('refuse %j', (query, sentence) => {
    expect(() => read(query)).toThrow(
      expect.objectContaining({ response: expect.objectContaining({ message: sentence }) }),
    );
  });

  it.each(['', 'anonymous', 'a\0', 'x'.repeat(257)])('take %j for no user', (user_id) => {
    expect(() => read({ user_id })).toThrow(/^A user id is text/);
  });
});
