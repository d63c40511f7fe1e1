import {
  NO_FACTS,
  type Fact,
  type FactName,
  type IpIntelligence,
  type IpLocation,
} from '../../src/modules/providers/ip-intelligence.js';
import type { MergedFacts } from '../../src/modules/providers/merged-intelligence.js';
import { mergeIntelligence } from '../../src/modules/providers/merged-intelligence.js';

/** A location of which nothing but the country is known. */
export function inCountry(countryCode: string | undefined): IpLocation {
  return {
    countryCode,
    region: undefined,
    city: undefined,
    postalCode: undefined,
    latitude: undefined,
    longitude: undefined,
    accuracyRadiusKm: undefined,
    timeZone: undefined,
  };
}

/** A fact stated with full confidence. */
export function fact(value: boolean, confidence = 1): Fact {
  return { value, confidence, evidence: 'test', lastSeen: undefined };
}

/** One provider's answer with the given facts, each true or false at full confidence. */
export function intelligence(
  facts: Partial<Record<FactName, boolean | Fact>>,
  more: Partial<IpIntelligence> = {},
): IpIntelligence {
  const stated = Object.entries(facts).map(([name, value]) => [name, typeof value === 'boolean' ? fact(value) : value]);
  return {
    providerId: 'stub',
    facts: { ...NO_FACTS, ...(Object.fromEntries(stated) as Partial<Record<FactName, Fact>>) },
    location: undefined,
    network: { asn: 64496, organization: 'Example', isp: 'Example' },
    ...more,
  };
}

/** Merged facts of a single provider. */
export function mergedFacts(facts: Partial<Record<FactName, boolean | Fact>>): MergedFacts {
  return mergeIntelligence([intelligence(facts)]).facts;
}
