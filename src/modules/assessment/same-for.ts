import { embeddedIpv4 } from '../../common/ip/embedded-ipv4.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import type { RiskAssessment } from './risk-assessment.js';

/** One assessment serves a whole IPv6 /64; each answer still names the address that was asked about. */
export function sameFor(address: IpAddress, assessment: RiskAssessment): RiskAssessment {
  if (assessment.ip === address.text) return assessment;
  return { ...assessment, ip: address.text, embeddedIp: embeddedIpv4(address)?.text };
}
