import { FACT_NAMES, NO_FACTS, isIntelligence, knowsNothing, type FactName } from '../ip-intelligence.js';
import { bandOf, pointsOf } from '../provider-score.js';
import { ipgeolocationIntelligence } from './ipgeolocation.mapper.js';
import { IPGEOLOCATION_SCORECARD } from './ipgeolocation.scorecard.js';

/** The article's answer about 2.56.188.34. */
const documented = {
  threat_score: 80,
  is_tor: false,
  is_proxy: true,
  proxy_provider_names: ['Zyte Proxy'],
  proxy_confidence_score: 90,
  proxy_last_seen: '2025-12-12',
  is_residential_proxy: true,
  is_vpn: true,
  vpn_provider_names: ['Nord VPN'],
  vpn_confidence_score: 99,
  vpn_last_seen: '2026-01-19',
  is_relay: false,
  relay_provider_name: '',
  is_anonymous: true,
  is_known_attacker: true,
  is_bot: false,
  is_spam: false,
  is_cloud_provider: true,
  cloud_provider_name: 'Packethub S.A.',
};

const factsOf = (security: Record<string, unknown>) => ipgeolocationIntelligence('x', security).facts;
const yes = (evidence: string, confidence = 1, lastSeen?: string) => ({ value: true, confidence, evidence, lastSeen });
const no = (evidence: string) => ({ value: false, confidence: 0.5, evidence, lastSeen: undefined });

describe('ipgeolocationIntelligence', () => {
  it('reads the documented answer as documented', () => {
    const answer = ipgeolocationIntelligence('ipgeolocation', documented);
    expect(answer).toEqual({
      providerId: 'ipgeolocation',
      location: undefined,
      network: undefined,
      score: { card: IPGEOLOCATION_SCORECARD, rows: [expect.objectContaining({ points: 80 })] },
      facts: {
        ...NO_FACTS,
        isTorExitNode: no('is_tor'),
        isAnonymousVpn: yes('is_vpn: Nord VPN', 0.99, '2026-01-19'),
        isResidentialProxy: yes('is_residential_proxy: Zyte Proxy', 0.9, '2025-12-12'),
        isRelay: no('is_relay'),
        isHostingProvider: yes('is_cloud_provider: Packethub S.A.'),
        isAbusive: yes('is_known_attacker'),
        isBot: no('is_bot'),
      },
    });
    expect(isIntelligence(answer)).toBe(true);
    expect(answer.score && bandOf(answer.score.card, pointsOf(answer.score)).action).toBe('block');
  });

  const flags: [flag: string, fact: FactName][] = [
    ['is_tor', 'isTorExitNode'],
    ['is_vpn', 'isAnonymousVpn'],
    ['is_proxy', 'isPublicProxy'],
    ['is_residential_proxy', 'isResidentialProxy'],
    ['is_relay', 'isRelay'],
    ['is_cloud_provider', 'isHostingProvider'],
    ['is_known_attacker', 'isAbusive'],
    ['is_bot', 'isBot'],
  ];

  it.each(flags)('states %s as %s and nothing else', (flag, fact) => {
    const facts = factsOf({ [flag]: true });
    expect(FACT_NAMES.filter((name) => facts[name] !== undefined)).toEqual([fact]);
    expect(facts[fact]).toEqual(yes(flag));
  });

  it.each(flags)('knows nothing where %s is no boolean', (flag) => {
    for (const value of [null, 'true', 'false', 0, 1, [], {}]) {
      expect(knowsNothing(ipgeolocationIntelligence('x', { [flag]: value }))).toBe(true);
    }
  });

  it('states "no" where the vendor does, without the figures that mean something only beside "yes"', () => {
    expect(factsOf({ is_vpn: false, vpn_confidence_score: 99, vpn_last_seen: '2026-01-19' }).isAnonymousVpn).toEqual(
      no('is_vpn'),
    );
    expect(
      factsOf({ is_proxy: false, is_residential_proxy: true, proxy_confidence_score: 9 }).isResidentialProxy,
    ).toEqual(yes('is_residential_proxy'));
  });

  it.each([
    ['', undefined],
    [null, undefined],
    ['2026-02-30', undefined],
    ['yesterday', undefined],
    ['2026-01-19', '2026-01-19'],
  ])('reads the date %j as %s', (date, lastSeen) => {
    expect(factsOf({ is_vpn: true, vpn_last_seen: date }).isAnonymousVpn?.lastSeen).toBe(lastSeen);
  });

  it.each([
    [0, 0],
    [50, 0.5],
    [100, 1],
    [101, 1],
    [-1, 1],
    ['90', 1],
    [null, 1],
  ])('reads the confidence %j as %d', (percent, confidence) => {
    expect(factsOf({ is_vpn: true, vpn_confidence_score: percent }).isAnonymousVpn?.confidence).toBe(confidence);
  });

  it('takes provider names as a list or as one text', () => {
    expect(factsOf({ is_vpn: true, vpn_provider_names: 'Nord VPN' }).isAnonymousVpn?.evidence).toBe('is_vpn: Nord VPN');
    expect(factsOf({ is_vpn: true, vpn_provider_names: ['A', 'B', 7] }).isAnonymousVpn?.evidence).toBe('is_vpn: A, B');
    expect(factsOf({ is_vpn: true, vpn_provider_names: '' }).isAnonymousVpn?.evidence).toBe('is_vpn');
  });

  it('does not call a relay a VPN or a proxy, and keeps what the vendor said in the evidence', () => {
    const relay = { is_relay: true, relay_provider_name: 'iCloud Private Relay' };
    const facts = factsOf({ ...relay, is_vpn: true, vpn_provider_names: ['Apple'], is_proxy: true });
    expect(facts).toMatchObject({ isAnonymousVpn: undefined, isPublicProxy: undefined });
    expect(facts.isRelay).toEqual(yes('is_relay: iCloud Private Relay; is_vpn: Apple; is_proxy'));
    expect(factsOf({ ...relay, is_vpn: false, is_proxy: false })).toMatchObject({
      isRelay: yes('is_relay: iCloud Private Relay'),
      isAnonymousVpn: no('is_vpn'),
      isPublicProxy: no('is_proxy'),
    });
  });

  it('calls a proxy residential or public, never both', () => {
    const proxy = { is_proxy: true, proxy_provider_names: ['Zyte'], proxy_confidence_score: 90 };
    expect(factsOf({ ...proxy, is_residential_proxy: true })).toMatchObject({
      isResidentialProxy: yes('is_residential_proxy: Zyte', 0.9),
      isPublicProxy: undefined,
    });
    expect(factsOf({ ...proxy, is_residential_proxy: false })).toMatchObject({
      isResidentialProxy: { value: false },
      isPublicProxy: yes('is_proxy: Zyte', 0.9),
    });
  });

  it.each(['is_vpn', 'is_tor'])('takes a nameless is_proxy beside %s for the same thing said twice', (flag) => {
    expect(factsOf({ is_proxy: true, proxy_provider_names: [], [flag]: true }).isPublicProxy).toBeUndefined();
    expect(factsOf({ is_proxy: true, proxy_provider_names: ['Zyte'], [flag]: true }).isPublicProxy?.value).toBe(true);
    expect(factsOf({ is_proxy: true, proxy_provider_names: [], [flag]: false }).isPublicProxy?.value).toBe(true);
  });

  it.each([
    [true, false, yes('is_known_attacker')],
    [true, undefined, yes('is_known_attacker')],
    [true, true, yes('is_known_attacker, is_spam')],
    [false, true, yes('is_spam', 0.5)],
    [undefined, true, yes('is_spam', 0.5)],
    [false, false, no('is_known_attacker, is_spam')],
    [undefined, false, undefined],
  ])('joins attacker %s and spam %s into one fact of abuse', (isAttacker, isSpam, abusive) => {
    expect(factsOf({ is_known_attacker: isAttacker, is_spam: isSpam }).isAbusive).toEqual(abusive);
  });

  it('knows nothing where the vendor says nothing', () => {
    expect(knowsNothing(ipgeolocationIntelligence('x', {}))).toBe(true);
  });
});
