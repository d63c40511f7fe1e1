import { parseIpAddress } from '../../common/ip/ip-address.js';
import { RecentMap } from '../../common/recent/recent-map.js';
import type { RiskAssessment } from '../assessment/risk-assessment.js';
import { AnycastNetworks } from '../geo-velocity/travel/anycast-networks.js';
import { loginPlaceOf } from '../geo-velocity/travel/login-place.js';
import { NETWORK_KINDS, type NetworkKind } from '../geo-velocity/travel/travel-point.js';

/** The kinds of a login's network; `mobile` apart from other access, and `unknown` where nobody gave a verdict. */
export type DecisionNetwork = NetworkKind | 'mobile' | 'unknown';

export const DECISION_NETWORKS: readonly DecisionNetwork[] = [...NETWORK_KINDS, 'mobile', 'unknown'];

interface Worked {
  readonly network: DecisionNetwork;
}

/** What kind of network a decision's client came through; worked out once for each assessment. */
export class DecisionNetworks {
  private readonly recent = new RecentMap<RiskAssessment, Worked>();

  constructor() {
    // Read from its file now and not at the first request.
    AnycastNetworks.shipped();
  }

  of(assessment: RiskAssessment | undefined): DecisionNetwork {
    if (assessment === undefined) return 'unknown';
    const known = this.recent.get(assessment);
    if (known !== undefined) return known.network;
    const worked = WORKED[networkOf(assessment)];
    this.recent.set(assessment, worked);
    return worked.network;
  }
}

const WORKED = Object.fromEntries(DECISION_NETWORKS.map((network) => [network, { network }])) as Readonly<
  Record<DecisionNetwork, Worked>
>;

function networkOf(assessment: RiskAssessment): DecisionNetwork {
  // The address inside a transition address is what was judged.
  const address = parseIpAddress(assessment.embeddedIp ?? assessment.ip);
  if (address === undefined) return 'unknown';
  // Where it is does not matter here.
  const { network } = loginPlaceOf({ facts: assessment.facts, location: undefined, network: undefined }, address);
  if (network !== 'access') return network;
  // What nobody knows is no access network.
  if (assessment.status === 'unavailable') return 'unknown';
  return assessment.facts.isMobile?.value === true ? 'mobile' : 'access';
}
