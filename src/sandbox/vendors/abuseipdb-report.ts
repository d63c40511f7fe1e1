import { familyOf, kindOfAddress } from '../asked-address.js';
import { daysAgo } from '../calendar.js';
import type { JsonObject } from '../field-selection.js';
import type { PersonaName } from '../persona-name.js';
import { personaOf } from '../personas.js';

interface Facts {
  /** 0–100. */
  readonly confidence: number;
  readonly totalReports: number;
  readonly distinctUsers: number;
  /** Days since the last report. */
  readonly lastReported: number | undefined;
  readonly usageType: string;
  readonly isWhitelisted: boolean;
}

const HOSTING = 'Data Center/Web Hosting/Transit';

const CLEAN: Facts = {
  confidence: 0,
  totalReports: 0,
  distinctUsers: 0,
  lastReported: undefined,
  usageType: 'Fixed Line ISP',
  isWhitelisted: false,
};

const BY_PERSONA: Readonly<Record<PersonaName, Partial<Facts>>> = {
  'clean-home': {},
  vpn: { confidence: 12, totalReports: 4, distinctUsers: 3, lastReported: 9, usageType: HOSTING },
  'residential-proxy': { confidence: 28, totalReports: 9, distinctUsers: 7, lastReported: 5 },
  'tor-exit': { confidence: 100, totalReports: 183, distinctUsers: 74, lastReported: 0, usageType: HOSTING },
  'data-centre': { usageType: HOSTING },
  blacklisted: { confidence: 100, totalReports: 2841, distinctUsers: 412, lastReported: 0, usageType: HOSTING },
  relay: { usageType: 'Content Delivery Network' },
  crawler: { usageType: 'Search Engine Spider', isWhitelisted: true },
};

/** The `data` of a check; `verbose` adds the country's name and the reports. */
export function abuseReport(ipAddress: string, isVerbose: boolean): JsonObject {
  const { name, place } = personaOf(ipAddress);
  const isPublic = kindOfAddress(ipAddress) === 'global';
  const facts = isPublic ? { ...CLEAN, ...BY_PERSONA[name] } : { ...CLEAN, usageType: 'Reserved' };
  const lastReportedAt = facts.lastReported === undefined ? null : `${daysAgo(facts.lastReported)}T00:00:00+00:00`;
  return {
    ipAddress,
    isPublic,
    ipVersion: familyOf(ipAddress),
    isWhitelisted: facts.isWhitelisted,
    abuseConfidenceScore: facts.confidence,
    countryCode: isPublic ? place.countryCode : null,
    ...(isVerbose && { countryName: isPublic ? place.countryName : null }),
    usageType: facts.usageType,
    isp: isPublic ? place.organization : 'Private IP Address LAN',
    domain: isPublic ? place.domain : null,
    hostnames: isPublic ? [place.host] : [],
    isTor: isPublic && name === 'tor-exit',
    totalReports: facts.totalReports,
    numDistinctUsers: facts.distinctUsers,
    lastReportedAt,
    ...(isVerbose && { reports: lastReportedAt === null ? [] : [reportOf(lastReportedAt)] }),
  };
}

function reportOf(reportedAt: string): JsonObject {
  // 18 is brute force, 22 is SSH.
  return { reportedAt, comment: 'Failed SSH logins', categories: [18, 22], reporterId: 1, reporterCountryCode: 'DE' };
}
