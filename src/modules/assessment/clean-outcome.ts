import {
  countryCodeIn,
  dayIn,
  fieldOf,
  flagIn,
  numberIn,
  objectIn,
  recordOf,
  textIn,
  type JsonRecord,
} from '../../common/json/json-fields.js';
import { FACT_NAMES } from '../providers/ip-intelligence.js';

/** Lists without any form but that of their items; `undefined` for one that is none. */
export interface CleanOutcome {
  readonly answers: readonly object[] | undefined;
  readonly failures: readonly object[] | undefined;
}

/** More than anybody configures, and than a card has. */
const MOST_PROVIDERS = 32;
const MOST_ROWS = 64;
const MOST_POINTS = 1_000_000;
const HIGHEST_ASN = 0xffffffff;

/**
 * What providers said with every field that is shared and no other, each of its type, in its range and without signs
 * that do not belong into a log, or `undefined`. What is shared is made by it, and what is read is held against it.
 */
export function cleanOutcome(record: JsonRecord | undefined): CleanOutcome {
  return {
    answers: cleanList(record, 'answers', MOST_PROVIDERS, cleanAnswer),
    failures: cleanList(record, 'failures', MOST_PROVIDERS, cleanFailure),
  };
}

function cleanFailure(failure: JsonRecord): object {
  return {
    providerId: textIn(failure, 'providerId'),
    code: textIn(failure, 'code'),
    refused: flagIn(failure, 'refused'),
  };
}

function cleanAnswer(answer: JsonRecord): object {
  return {
    providerId: textIn(answer, 'providerId'),
    source: textIn(answer, 'source'),
    isPartial: flagIn(answer, 'isPartial'),
    facts: cleanFacts(objectIn(answer, 'facts')),
    location: cleanLocation(objectIn(answer, 'location')),
    network: cleanNetwork(objectIn(answer, 'network')),
    score: cleanScore(objectIn(answer, 'score')),
  };
}

function cleanFacts(facts: JsonRecord | undefined): object | undefined {
  if (facts === undefined) return undefined;
  return Object.fromEntries(FACT_NAMES.map((name) => [name, cleanFact(objectIn(facts, name))]));
}

function cleanFact(fact: JsonRecord | undefined): object | undefined {
  if (fact === undefined) return undefined;
  return {
    value: flagIn(fact, 'value'),
    confidence: numberIn(fact, 'confidence', 0, 1),
    evidence: textIn(fact, 'evidence') ?? '',
    lastSeen: dayIn(fact, 'lastSeen'),
  };
}

function cleanLocation(location: JsonRecord | undefined): object | undefined {
  if (location === undefined) return undefined;
  return {
    countryCode: countryCodeIn(location, 'countryCode'),
    region: textIn(location, 'region'),
    city: textIn(location, 'city'),
    postalCode: textIn(location, 'postalCode'),
    latitude: numberIn(location, 'latitude', -90, 90),
    longitude: numberIn(location, 'longitude', -180, 180),
    accuracyRadiusKm: numberIn(location, 'accuracyRadiusKm', 0),
    timeZone: textIn(location, 'timeZone'),
  };
}

function cleanNetwork(network: JsonRecord | undefined): object | undefined {
  if (network === undefined) return undefined;
  return {
    asn: numberIn(network, 'asn', 0, HIGHEST_ASN),
    organization: textIn(network, 'organization'),
    isp: textIn(network, 'isp'),
  };
}

function cleanScore(score: JsonRecord | undefined): object | undefined {
  if (score === undefined) return undefined;
  const card = objectIn(score, 'card');
  return {
    card: card && {
      bands: cleanList(card, 'bands', MOST_ROWS, (band) => ({
        from: numberIn(band, 'from'),
        label: textIn(band, 'label') ?? '',
        action: textIn(band, 'action'),
      })),
      claimedCountryDiffers: pointsIn(card, 'claimedCountryDiffers'),
    },
    rows: cleanList(score, 'rows', MOST_ROWS, (row) => ({
      code: textIn(row, 'code'),
      points: pointsIn(row, 'points'),
      detail: textIn(row, 'detail') ?? '',
    })),
  };
}

function pointsIn(record: JsonRecord, name: string): number | undefined {
  return numberIn(record, name, -MOST_POINTS, MOST_POINTS);
}

function cleanList<T>(
  record: JsonRecord | undefined,
  name: string,
  most: number,
  clean: (item: JsonRecord) => T,
): readonly T[] | undefined {
  const list = fieldOf(record, name);
  if (!Array.isArray(list) || list.length > most) return undefined;
  return mapAll(list as readonly unknown[], (entry) => {
    const item = recordOf(entry);
    return item === undefined ? undefined : clean(item);
  });
}

/** `undefined` unless every item becomes something. */
export function mapAll<T, R>(
  items: readonly T[] | undefined,
  change: (item: T) => R | undefined,
): readonly R[] | undefined {
  if (items === undefined) return undefined;
  const changed: R[] = [];
  for (const item of items) {
    const value = change(item);
    if (value === undefined) return undefined;
    changed.push(value);
  }
  return changed;
}
