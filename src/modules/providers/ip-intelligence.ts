import { isProviderScore, type ProviderScore } from './provider-score.js';

/** The facts a provider may know. Each is three-valued: true, false, or not known. */
export const FACT_NAMES = [
  'isTorExitNode',
  'isAnonymousVpn',
  'isPublicProxy',
  'isResidentialProxy',
  'isRelay',
  'isHostingProvider',
  'isMobile',
  'isSatellite',
  'isKnownCrawler',
  'isBlocklisted',
  'isAbusive',
  'isBot',
] as const;

export type FactName = (typeof FACT_NAMES)[number];

/** One statement about an address. */
export interface Fact {
  readonly value: boolean;
  /** 0–1: how sure the provider is. 1 where it states the fact without a figure. */
  readonly confidence: number;
  /** What it rests on, for the audit log: `asn-table`, `feed:tor-exits`, … Never shown to a caller who is blocked. */
  readonly evidence: string;
  /** ISO 8601 day on which the provider last saw it, where it says. */
  readonly lastSeen: string | undefined;
}

/** `undefined` means unknown, which is not false. */
export type Facts = Readonly<Record<FactName, Fact | undefined>>;

export interface IpLocation {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly countryCode: string | undefined;
  readonly region: string | undefined;
  readonly city: string | undefined;
  readonly postalCode: string | undefined;
  /** Degrees, WGS 84. Usually the centre of the city. */
  readonly latitude: number | undefined;
  readonly longitude: number | undefined;
  /** Kilometres around the point that hold the device, where the source says. */
  readonly accuracyRadiusKm: number | undefined;
  /** IANA time zone name. */
  readonly timeZone: string | undefined;
}

export interface IpNetwork {
  readonly asn: number | undefined;
  readonly organization: string | undefined;
  readonly isp: string | undefined;
}

/** What one provider knows of one address. */
export interface IpIntelligence {
  readonly providerId: string;
  readonly facts: Facts;
  readonly location: IpLocation | undefined;
  readonly network: IpNetwork | undefined;
  /** What the provider makes of the address on its own scale, where it does. */
  readonly score?: ProviderScore | undefined;
  /** Providers that name the same source repeat each other and count as one voice. @default the provider's id */
  readonly source?: string | undefined;
  /** True when the provider could ask only a part of its own sources; the assessment is `degraded` then. @default false */
  readonly isPartial?: boolean;
}

/** Nothing known. Written out, so that every object made from it has one shape, which is what the engine makes fast. */
export const NO_FACTS: Facts = Object.freeze({
  isTorExitNode: undefined,
  isAnonymousVpn: undefined,
  isPublicProxy: undefined,
  isResidentialProxy: undefined,
  isRelay: undefined,
  isHostingProvider: undefined,
  isMobile: undefined,
  isSatellite: undefined,
  isKnownCrawler: undefined,
  isBlocklisted: undefined,
  isAbusive: undefined,
  isBot: undefined,
});

/** True when the answer holds no knowledge at all: it counts as no verdict, never as "nothing bad". */
export function knowsNothing(answer: IpIntelligence): boolean {
  return isBlank(answer.location) && isBlank(answer.network) && !speaksOfRisk(answer);
}

/** True when the answer holds a fact, also one that is false, or a score. Where an address is says nothing of its risk. */
export function speaksOfRisk({ facts, score }: IpIntelligence): boolean {
  return score !== undefined || FACT_NAMES.some((name) => facts[name] !== undefined);
}

/** True for an answer of the promised form: every fact absent or a boolean with a confidence of 0–1, every number finite. */
export function isIntelligence(answer: unknown): answer is IpIntelligence {
  if (typeof answer !== 'object' || answer === null) return false;
  const { facts, location, network, score, source } = answer as Partial<IpIntelligence>;
  if (typeof facts !== 'object' || (facts as Facts | null) === null) return false;
  if (!areFacts(facts)) return false;
  if (!isRecord(location) || !isRecord(network)) return false;
  if (!isPoint(location) || !isCountryOrUnknown(location?.countryCode)) return false;
  return isFiniteOrUnknown(network?.asn) && isOpinion(score, source);
}

/** Sets of facts that many addresses share and nobody can change any more are looked at once. */
const soundFacts = new WeakSet<Facts>();

function areFacts(facts: Facts): boolean {
  if (soundFacts.has(facts)) return true;
  for (const name of FACT_NAMES) {
    const fact = facts[name];
    if (fact !== undefined && !isFact(fact)) return false;
  }
  if (isFrozenThrough(facts)) soundFacts.add(facts);
  return true;
}

function isFrozenThrough(facts: Facts): boolean {
  return (
    Object.isFrozen(facts) && FACT_NAMES.every((name) => facts[name] === undefined || Object.isFrozen(facts[name]))
  );
}

function isOpinion(score: unknown, source: unknown): boolean {
  return (score === undefined || isProviderScore(score)) && (source === undefined || typeof source === 'string');
}

function isBlank(record: object | undefined): boolean {
  if (record === undefined) return true;
  // Without a list of its values: this runs for every address.
  for (const name in record) if ((record as Readonly<Record<string, unknown>>)[name] !== undefined) return false;
  return true;
}

/** A country in any other form would be compared with the policy's and never found. */
function isCountryOrUnknown(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && /^[A-Z]{2}$/.test(value));
}

function isFact(fact: unknown): boolean {
  if (typeof fact !== 'object' || fact === null) return false;
  const { value, confidence } = fact as Partial<Fact>;
  return typeof value === 'boolean' && typeof confidence === 'number' && confidence >= 0 && confidence <= 1;
}

function isRecord(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null);
}

function isPoint(location: IpLocation | undefined): boolean {
  return isFiniteOrUnknown(location?.latitude) && isFiniteOrUnknown(location?.longitude);
}

function isFiniteOrUnknown(value: unknown): boolean {
  return value === undefined || Number.isFinite(value);
}
