import type { ProviderScore, ProviderScorecard, ScoreRow } from '../provider-score.js';

/** What the card looks at; `undefined` is unknown and adds nothing. */
export interface ApiverveSignals {
  readonly isVpn: boolean | undefined;
  readonly isDatacenter: boolean | undefined;
  readonly riskLevel: string | undefined;
  readonly isTor: boolean | undefined;
  readonly isBlacklisted: boolean | undefined;
}

/** low, medium (monitor), high (challenge), critical (block). */
export const APIVERVE_SCORECARD: ProviderScorecard = {
  bands: [
    { from: 0, label: 'low', action: 'allow' },
    { from: 25, label: 'medium', action: 'monitor' },
    { from: 50, label: 'high', action: 'challenge' },
    { from: 80, label: 'critical', action: 'block' },
  ],
  claimedCountryDiffers: 30,
};

interface CardRow extends ScoreRow {
  readonly applies: (signals: ApiverveSignals) => boolean;
}

const ROWS: readonly CardRow[] = [
  { code: 'VPN_DETECTED', points: 25, detail: 'is_vpn', applies: ({ isVpn }) => isVpn === true },
  {
    code: 'DATACENTER_IP_NON_VPN',
    points: 45,
    detail: 'is_datacenter and not is_vpn: more likely a program than a person',
    // Where the VPN flag is not known, it may well be what explains the data centre.
    applies: ({ isDatacenter, isVpn }) => isDatacenter === true && isVpn === false,
  },
  {
    code: 'HIGH_RISK_IP',
    points: 20,
    detail: 'risk_level High',
    applies: ({ riskLevel }) => riskLevel?.toLowerCase() === 'high',
  },
  { code: 'TOR_EXIT_NODE', points: 50, detail: 'isTor', applies: ({ isTor }) => isTor === true },
  {
    code: 'BLACKLISTED',
    points: 60,
    detail: 'isIPBlacklisted',
    applies: ({ isBlacklisted }) => isBlacklisted === true,
  },
];

/** The rows that apply; `undefined` when no signal is known, so that "not asked" is not read as "low risk". */
export function apiverveScore(signals: ApiverveSignals): ProviderScore | undefined {
  if (Object.values(signals).every((signal) => signal === undefined)) return undefined;
  const applying = ROWS.filter(({ applies }) => applies(signals));
  return { card: APIVERVE_SCORECARD, rows: applying.map(({ code, points, detail }) => ({ code, points, detail })) };
}
