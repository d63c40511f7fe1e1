import { linkedPoints } from './linked-points.js';
import type { StoredLogin } from './stored-login.js';

const login = (
  eventId: string,
  ip: string | undefined,
  ipPseudonym?: string,
  prefixPseudonym?: string,
): StoredLogin => ({
  eventId,
  ts: 0,
  ip,
  ipPseudonym,
  prefixPseudonym,
  place: {
    network: 'access',
    country: undefined,
    region: undefined,
    city: undefined,
    latitude: undefined,
    longitude: undefined,
    accuracyRadiusKm: undefined,
    asn: undefined,
  },
});

const addresses = (...logins: StoredLogin[]): string[] => linkedPoints(logins).map(({ address }) => address);
const prefixes = (...logins: StoredLogin[]): string[] => linkedPoints(logins).map(({ prefix }) => prefix);

describe('linkedPoints', () => {
  it('takes one pseudonym for one client, with and without the plain address', () => {
    const [a, b, c] = addresses(login('1', undefined, 'x'), login('2', '192.0.2.1', 'x'), login('3', undefined, 'y'));

    expect(a).toBe(b);
    expect(c).not.toBe(a);
  });

  it('links the pseudonyms of two months where both addresses are there, for those without one too', () => {
    const names = addresses(
      login('1', undefined, 'october'),
      login('2', '192.0.2.1', 'october'),
      login('3', '192.0.2.1', 'november'),
      login('4', undefined, 'november'),
    );

    expect(new Set(names).size).toBe(1);
  });

  it('does not link the pseudonyms of two months where an address is gone', () => {
    const [a, b] = addresses(login('1', undefined, 'october'), login('2', '192.0.2.1', 'november'));

    expect(a).not.toBe(b);
  });

  it('takes a /24 and a /48 for one network', () => {
    const [a, b, c, d, e] = prefixes(
      login('1', '192.0.2.1'),
      login('2', '192.0.2.254'),
      login('3', '192.0.3.1'),
      login('4', '2001:db8:1::1'),
      login('5', '2001:db8:1:ffff::1'),
    );

    expect(a).toBe(b);
    expect(c).not.toBe(a);
    expect(d).toBe(e);
  });

  it('shows no plain address where there is a pseudonym', () => {
    expect(addresses(login('1', '192.0.2.1', 'x'))).toEqual(['x']);
  });

  it('takes logins of which no address is known for different clients', () => {
    const [a, b] = addresses(login('1', undefined), login('2', undefined));

    expect(a).not.toBe(b);
  });
});
