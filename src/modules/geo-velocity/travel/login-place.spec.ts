import { mergedFacts, fact, inCountry } from '../../../../test/support/intelligence.js';
import { InvalidDatasetError } from '../../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../../common/ip/ip-address.js';
import type { FactName, IpLocation } from '../../providers/ip-intelligence.js';
import { AnycastNetworks } from './anycast-networks.js';
import { loginPlaceOf } from './login-place.js';
import type { NetworkKind } from './travel-point.js';

const address = (text: string): IpAddress => parseIpAddress(text) as IpAddress;
const CLIENT = address('91.64.10.20');
const BERLIN: IpLocation = {
  ...inCountry('DE'),
  region: 'Berlin',
  city: 'Berlin',
  latitude: 52.52,
  longitude: 13.405,
  accuracyRadiusKm: 20,
};

function kindOf(names: readonly FactName[], client = CLIENT): NetworkKind {
  const facts = mergedFacts(Object.fromEntries(names.map((name) => [name, true])));
  return loginPlaceOf({ facts, location: BERLIN, network: undefined }, client).network;
}

function placeOf(location: Partial<IpLocation> | undefined, asn?: number): ReturnType<typeof loginPlaceOf> {
  const network = asn === undefined ? undefined : { asn, organization: undefined, isp: undefined };
  const there = location === undefined ? undefined : { ...BERLIN, ...location };
  return loginPlaceOf({ facts: mergedFacts({}), location: there, network }, CLIENT);
}

describe('loginPlaceOf', () => {
  it.each<[NetworkKind, FactName[]]>([
    ['access', []],
    ['access', ['isMobile']],
    ['access', ['isAbusive', 'isBlocklisted', 'isBot', 'isKnownCrawler']],
    ['relay', ['isRelay', 'isTorExitNode', 'isAnonymousVpn', 'isHostingProvider']],
    ['tor', ['isTorExitNode', 'isAnonymousVpn', 'isPublicProxy', 'isHostingProvider']],
    ['vpn', ['isAnonymousVpn', 'isPublicProxy', 'isResidentialProxy', 'isHostingProvider']],
    ['proxy', ['isPublicProxy', 'isHostingProvider']],
    ['proxy', ['isResidentialProxy', 'isMobile']],
    ['satellite', ['isSatellite', 'isHostingProvider']],
    ['hosting', ['isHostingProvider', 'isMobile']],
  ])('is %s where the facts are %j', (kind, names) => {
    expect(kindOf(names)).toBe(kind);
  });

  it('counts no fact that is false', () => {
    const facts = mergedFacts({ isAnonymousVpn: fact(false), isHostingProvider: fact(false), isRelay: false });
    expect(loginPlaceOf({ facts, location: BERLIN, network: undefined }, CLIENT).network).toBe('access');
  });

  it.each(['10.1.2.3', '127.0.0.1', '192.168.1.1', '100.64.0.1', '203.0.113.9', '::1', 'fd00::1', '64:ff9b::a00:1'])(
    'is internal at %s, whatever anybody says of it',
    (text) => {
      expect(kindOf(['isAnonymousVpn'], address(text))).toBe('internal');
    },
  );

  it.each(['1.1.1.1', '8.8.4.4', '9.9.9.9', '2606:4700:4700::1111', '2001:7fd::1', '64:ff9b::808:808'])(
    'is anycast at %s, also where it is hosting, but not where it is a tunnel',
    (text) => {
      expect(kindOf([], address(text))).toBe('anycast');
      expect(kindOf(['isHostingProvider'], address(text))).toBe('anycast');
      expect(kindOf(['isAnonymousVpn'], address(text))).toBe('vpn');
    },
  );

  it('takes place and network as they are', () => {
    expect(placeOf({}, 3320)).toEqual({
      network: 'access',
      country: 'DE',
      region: 'Berlin',
      city: 'Berlin',
      latitude: 52.52,
      longitude: 13.405,
      accuracyRadiusKm: 20,
      asn: 3320,
    });
  });

  it('knows nothing where nothing is known', () => {
    const { network, ...others } = placeOf(undefined);
    expect(network).toBe('access');
    expect(Object.values(others)).toEqual(Array.from({ length: 7 }, () => undefined));
  });

  it.each<[string, Partial<IpLocation>]>([
    ['no latitude', { latitude: undefined }],
    ['no longitude', { longitude: undefined }],
    ['latitude 100', { latitude: 100 }],
    ['latitude -90.1', { latitude: -90.1 }],
    ['longitude 181', { longitude: 181 }],
    ['latitude NaN', { latitude: NaN }],
    ['an infinite longitude', { longitude: -Infinity }],
    ['0,0', { latitude: 0, longitude: 0 }],
    ['-0,0', { latitude: -0, longitude: 0 }],
  ])('has both coordinates and their radius or none: %s', (_, location) => {
    expect(placeOf(location)).toMatchObject({
      country: 'DE',
      city: 'Berlin',
      latitude: undefined,
      longitude: undefined,
      accuracyRadiusKm: undefined,
    });
  });

  it('keeps a place on the equator and one on the prime meridian', () => {
    expect(placeOf({ latitude: 0 })).toMatchObject({ latitude: 0, longitude: 13.405 });
    expect(placeOf({ longitude: 0 })).toMatchObject({ latitude: 52.52, longitude: 0 });
    expect(placeOf({ latitude: -90, longitude: 180 })).toMatchObject({ latitude: -90, longitude: 180 });
  });

  it.each([0, -5, NaN, Infinity])('takes no radius of %p', (accuracyRadiusKm) => {
    expect(placeOf({ accuracyRadiusKm })).toMatchObject({ latitude: 52.52, accuracyRadiusKm: undefined });
  });

  it('takes no blank name, none with control characters, and no country in another form', () => {
    expect(placeOf({ city: ' ', region: '' })).toMatchObject({ city: undefined, region: undefined });
    expect(placeOf({ city: 'Ber\0lin', region: 'half \ud83d' })).toMatchObject({ city: undefined, region: undefined });
    for (const countryCode of ['de', 'DEU', '', 'D1']) expect(placeOf({ countryCode }).country).toBeUndefined();
  });

  it.each([0, -1, 1.5, NaN, 2 ** 32])('takes no AS number %p', (asn) => {
    expect(placeOf({}, asn).asn).toBeUndefined();
  });
});

describe('AnycastNetworks', () => {
  it('holds its blocks whole, and nothing beside them', () => {
    const shipped = AnycastNetworks.shipped();
    for (const text of ['1.1.1.0', '1.1.1.255', '198.41.0.4', '2001:4860:4860::8888', '2801:1b8:10::b']) {
      expect(shipped.has(address(text))).toBe(true);
    }
    for (const text of ['1.1.0.255', '1.1.2.0', '8.8.9.8', '91.64.10.20', '2001:4860:4861::1', '2a02:908::1']) {
      expect(shipped.has(address(text))).toBe(false);
    }
  });

  it('reads its list once', () => {
    expect(AnycastNetworks.shipped()).toBe(AnycastNetworks.shipped());
  });

  it.each(['1.1.1.1/24', '300.0.0.0/8', 'Cloudflare', ''])('refuses a row that is no block: "%s"', (text) => {
    expect(() => AnycastNetworks.parse(`prefix,name,source\n${text},Name,source`)).toThrow(InvalidDatasetError);
  });

  it('does not take the gateway of a carrier for the place of a phone', () => {
    const facts = mergedFacts({ isMobile: true });
    const unstated = { ...BERLIN, accuracyRadiusKm: undefined };
    expect(loginPlaceOf({ facts, location: unstated, network: undefined }, CLIENT).accuracyRadiusKm).toBe(500);
    expect(loginPlaceOf({ facts, location: BERLIN, network: undefined }, CLIENT).accuracyRadiusKm).toBe(20);
  });
});
