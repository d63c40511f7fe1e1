import { blank, scored as assessed } from '../../../test/support/assessments.js';
import type { FactName } from '../providers/ip-intelligence.js';
import type { RiskAssessment } from '../assessment/risk-assessment.js';
import { specialPurposeOf } from '../../common/ip/special-purpose.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import { DecisionNetworks } from './decision-network.js';

/** In no list of ours. */
const ip = '84.1.2.3';
const scored = (facts: Partial<Record<FactName, boolean>>) => ({ ...assessed(facts), ip });
const unavailable: RiskAssessment = { ...blank, ip, status: 'unavailable' };
const loopback = specialPurposeOf(parseIpAddress('127.0.0.1') as IpAddress);

describe('DecisionNetworks', () => {
  it.each<readonly [string, RiskAssessment | undefined, string]>([
    ['nobody who could be assessed', undefined, 'unknown'],
    ['an address without a verdict', unavailable, 'unknown'],
    ['one that is known all the same', { ...unavailable, facts: scored({ isTorExitNode: true }).facts }, 'tor'],
    ['a household line', scored({ isTorExitNode: false }), 'access'],
    ['a phone', scored({ isMobile: true }), 'mobile'],
    ['a phone behind a VPN', scored({ isMobile: true, isAnonymousVpn: true }), 'vpn'],
    [
      'a relay, which is on VPN lists',
      scored({ isRelay: true, isAnonymousVpn: true, isHostingProvider: true }),
      'relay',
    ],
    ['a server', scored({ isHostingProvider: true }), 'hosting'],
    ['an anycast address', { ...scored({ isHostingProvider: true }), ip: '1.1.1.1' }, 'anycast'],
    [
      'the IPv4 client inside a NAT64 address',
      { ...scored({ isHostingProvider: true }), ip: '64:ff9b::101:101', embeddedIp: '1.1.1.1' },
      'anycast',
    ],
    [
      'an internal address',
      { ...blank, ip: '127.0.0.1', status: 'not-applicable', specialPurpose: loopback as NonNullable<typeof loopback> },
      'internal',
    ],
  ])('tells %s', (_, assessment, network) => {
    const networks = new DecisionNetworks();
    expect([networks.of(assessment), networks.of(assessment)]).toEqual([network, network]);
  });
});
