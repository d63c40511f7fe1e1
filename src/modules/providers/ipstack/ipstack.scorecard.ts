import type { ProviderScore, ProviderScorecard, ScoreRow } from '../provider-score.js';
import { isKnownCrawler, type IpstackSecurity } from './ipstack.response.js';

interface Row extends ScoreRow {
  /** @param now milliseconds since 1970 */
  readonly applies: (security: IpstackSecurity, now: number) => boolean;
}

const DAY_MS = 86_400_000;
const RECENT_DAYS = 30;

/** IPstack's article alerts from "Moderate" on and leaves to the team where it begins and what is blocked. */
export const IPSTACK_SCORECARD: ProviderScorecard = {
  bands: [
    { from: 0, label: 'Low', action: 'allow' },
    { from: 30, label: 'Moderate', action: 'monitor' },
    { from: 60, label: 'High', action: 'challenge' },
  ],
};

const ROWS: readonly Row[] = [
  { code: 'IS_PROXY', points: 15, detail: 'is_proxy', applies: ({ isProxy }) => isProxy === true },
  ...wordRows('proxyLevel', 'proxy_level', { elite: 15, anonymous: 10, distorting: 10, transparent: 5 }),
  { code: 'PROXY_TYPE_TOR', points: 20, detail: 'proxy_type Tor', applies: ({ proxyKind }) => proxyKind === 'tor' },
  {
    code: 'PROXY_TYPE_PROXY',
    points: 10,
    detail: 'proxy_type SOCKS, Web or Privacy Proxy',
    // A relay is no VPN, whatever the type says.
    applies: ({ proxyKind, vpnService }) => proxyKind === 'open' || (proxyKind === 'vpn' && vpnService !== 'relay'),
  },
  { code: 'IS_TOR', points: 20, detail: 'is_tor', applies: ({ isTor }) => isTor === true },
  {
    code: 'IS_CRAWLER',
    points: 15,
    detail: 'is_crawler, not a known benign one',
    applies: (security) => security.isCrawler === true && !isKnownCrawler(security),
  },
  {
    code: 'CRAWLER_TYPE',
    points: 10,
    detail: 'crawler_type malicious or unknown',
    applies: ({ crawlerKind }) => crawlerKind === 'suspicious',
  },
  ...wordRows('threatLevel', 'threat_level', { high: 25, medium: 15, low: 5 }),
  {
    code: 'THREAT_TYPES',
    points: 20,
    detail: 'threat_types name attack, malware or fraud',
    applies: namesAbuse,
  },
  ...wordRows('anonymizerStatus', 'anonymizer_status', { active: 15, suspect: 10, inactive: 5, private: 10 }),
  {
    code: 'PROXY_LAST_DETECTED',
    points: 10,
    detail: `proxy_last_detected within ${RECENT_DAYS} days`,
    applies: ({ lastDetected }, now) => isRecent(lastDetected, now),
  },
  { code: 'VPN_SERVICE', points: 10, detail: 'vpn_service known', applies: ({ vpnService }) => vpnService === 'vpn' },
  { code: 'HOSTING_FACILITY', points: 10, detail: 'hosting_facility', applies: ({ isHosting }) => isHosting === true },
];

/** The rows of the article's table that apply. @param now milliseconds since 1970 */
export function ipstackScore(security: IpstackSecurity, now: number): ProviderScore {
  const rows = ROWS.filter(({ applies }) => applies(security, now));
  return { card: IPSTACK_SCORECARD, rows: rows.map(({ code, points, detail }) => ({ code, points, detail })) };
}

/** True when the threats that IPstack lists are acts and not only a kind of network. */
export function namesAbuse({ threatTypes = '' }: IpstackSecurity): boolean {
  return /attack|malware|fraud/.test(threatTypes);
}

function wordRows<Field extends 'proxyLevel' | 'threatLevel' | 'anonymizerStatus'>(
  field: Field,
  name: string,
  pointsOfWord: Readonly<Record<NonNullable<IpstackSecurity[Field]>, number>>,
): Row[] {
  return Object.entries<number>(pointsOfWord).map(([word, points]) => ({
    code: `${name}_${word}`.toUpperCase(),
    points,
    detail: `${name} ${word}`,
    applies: (security) => security[field] === word,
  }));
}

/** By the calendar, in UTC. A vendor's day may begin before ours; a day further ahead is a mistake. */
function isRecent(day: string | undefined, now: number): boolean {
  if (day === undefined) return false;
  const age = Math.floor(now / DAY_MS) - Date.parse(`${day}T00:00:00Z`) / DAY_MS;
  return age >= -1 && age <= RECENT_DAYS;
}
