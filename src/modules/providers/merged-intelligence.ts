import {
  FACT_NAMES,
  NO_FACTS,
  type Fact,
  type FactName,
  type Facts,
  type IpIntelligence,
  type IpLocation,
  type IpNetwork,
} from './ip-intelligence.js';
import {
  countryClaimsIn,
  mergeLocations,
  mergeNetworks,
  NO_COUNTRY_CLAIMS,
  type CountryClaim,
} from './merged-place.js';

/** One provider's word on one fact. */
export interface Claim extends Fact {
  readonly providerId: string;
}

/** What all providers together say of one fact. */
export interface MergedFact {
  readonly value: boolean;
  /** 0–1, of the most confident provider on the winning side. */
  readonly confidence: number;
  /** All claims, the winning side's first. */
  readonly claims: readonly Claim[];
  /** True when a provider said the opposite. */
  readonly isDisputed: boolean;
}

export type MergedFacts = Readonly<Record<FactName, MergedFact | undefined>>;

export interface MergedIntelligence {
  readonly facts: MergedFacts;
  readonly location: IpLocation | undefined;
  readonly network: IpNetwork | undefined;
  /** Who says which country, where providers differ; the first is the one that is followed. Empty without a dispute. */
  readonly countryClaims: readonly CountryClaim[];
}

export const NO_MERGED_FACTS: MergedFacts = NO_FACTS as MergedFacts;

/**
 * Joins the answers, given in order of preference. For each fact the side with the larger sum of confidence wins, on a
 * tie the side that says yes, and a certain yes always; providers of one source have one voice, the surest of theirs. Location and network are the
 * first provider's, completed by those who mean the same place and the same network.
 */
export function mergeIntelligence(answers: readonly IpIntelligence[]): MergedIntelligence {
  const [only] = answers;
  if (only !== undefined && answers.length === 1) {
    const { location, network } = only;
    return { facts: mergeAlone(only), location, network, countryClaims: NO_COUNTRY_CLAIMS };
  }
  return {
    facts: mergeFacts(answers),
    location: mergeLocations(answers),
    network: mergeNetworks(answers),
    countryClaims: countryClaimsIn(answers),
  };
}

const mergedAlone = new WeakMap<Facts, { readonly providerId: string; readonly facts: MergedFacts }>();

/** Providers that share one set of facts among many addresses, and cannot change it any more, have it merged once. */
function mergeAlone(answer: IpIntelligence): MergedFacts {
  const known = mergedAlone.get(answer.facts);
  if (known?.providerId === answer.providerId) return known.facts;
  const facts = mergeFacts([answer]);
  if (Object.isFrozen(answer.facts)) mergedAlone.set(answer.facts, { providerId: answer.providerId, facts });
  return facts;
}

function mergeFacts(answers: readonly IpIntelligence[]): MergedFacts {
  const facts: Record<FactName, MergedFact | undefined> = { ...NO_MERGED_FACTS };
  for (const name of FACT_NAMES) facts[name] = mergeFact(name, answers);
  return Object.freeze(facts);
}

function mergeFact(name: FactName, answers: readonly IpIntelligence[]): MergedFact | undefined {
  const claims: Claim[] = [];
  const voices = new Map<string, Fact>();
  for (const { facts, providerId, source = providerId } of answers) {
    const fact = facts[name];
    if (fact === undefined) continue;
    claims.push(Object.freeze({ ...fact, providerId }));
    const voice = voices.get(source);
    if (voice === undefined || outvotes(fact, voice)) voices.set(source, fact);
  }
  if (claims.length === 0) return undefined;
  const value = isAffirmed([...voices.values()]);
  const winning = claims.filter((claim) => claim.value === value);
  const losing = claims.filter((claim) => claim.value !== value);
  return Object.freeze({
    value,
    confidence: Math.max(...winning.map(({ confidence }) => confidence)),
    claims: Object.freeze([...winning, ...losing]),
    isDisputed: losing.length > 0,
  });
}

/** Just short of a certain yes: however many lists an address is not on, an entry on one that is sure of it stands. */
const MOST_OF_ALL_NOES = 990;

function isAffirmed(voices: readonly Fact[]): boolean {
  // Whole thousandths: sums of fractions depend on their order.
  const sumOf = (side: boolean): number =>
    voices.reduce((sum, { value, confidence }) => (value === side ? sum + Math.round(confidence * 1000) : sum), 0);
  return voices.some(({ value }) => value) && sumOf(true) >= Math.min(sumOf(false), MOST_OF_ALL_NOES);
}

/** Of two words from one source the surer one counts, on a tie the one that says yes. */
function outvotes(fact: Fact, other: Fact): boolean {
  return fact.confidence > other.confidence || (fact.confidence === other.confidence && fact.value);
}
