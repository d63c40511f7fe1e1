import { PROVIDER_ERROR_CODES } from '../../common/errors/ip-risk.error.js';
import { recordOf, type JsonRecord } from '../../common/json/json-fields.js';
import { isIntelligence, type IpIntelligence } from '../providers/ip-intelligence.js';
import type { IpIntelligenceProvider } from '../providers/ip-intelligence-provider.js';
import type { LookupOutcome } from '../providers/lookup/lookup-outcome.js';
import type { ProviderFailure, Settled } from '../providers/protection/provider-result.js';
import { cleanOutcome, mapAll } from './clean-outcome.js';

/** To be raised with every change of the form below or of what its fields mean. */
export const SHARED_OUTCOME_FORM = 1;

/**
 * What processes share of a lookup: what each vendor said and not what we made of it, so that no other policy,
 * scorecard or combiner is ever served with an old score, and nobody can put a score of his own there. Offline data is
 * not in it: every process has its own, and one that begins may not have its lists yet.
 */
export function sharedOutcome(
  { answers, failures }: LookupOutcome,
  vendors: readonly IpIntelligenceProvider[],
): unknown {
  const isVendors = ({ providerId }: { readonly providerId: string }): boolean =>
    vendors.some(({ id }) => id === providerId);
  return cleanOutcome({ answers: answers.filter(isVendors), failures: failures.filter(isVendors) });
}

/** Failures that are about the address; any other may be of the process that asked. */
const OF_THE_ADDRESS: readonly ProviderFailure['code'][] = ['NO_DATA', 'PROVIDER_BAD_INPUT'];

/** Vendors that did not answer somebody else and might answer here. */
export function vendorsMissedIn(said: readonly Settled[]): readonly string[] {
  return said.flatMap((result) =>
    'facts' in result || OF_THE_ADDRESS.includes(result.code) ? [] : [result.providerId],
  );
}

/**
 * What the vendors said, out of what another process shared.
 *
 * @returns `undefined` unless all of it is of the promised form and from vendors of this process.
 */
export function readSharedOutcome(
  data: unknown,
  providers: readonly IpIntelligenceProvider[],
): readonly Settled[] | undefined {
  const clean = cleanOutcome(recordOf(data));
  // Part of an answer would be another answer: without its country, say, nobody is denied for it.
  if (!isAllOf(data, clean)) return undefined;
  const answers = mapAll(clean.answers, (answer) => answerOf(answer, providers));
  const failures = mapAll(clean.failures, (failure) => failureOf(failure, providers));
  if (answers === undefined || failures === undefined || answers.length === 0) return undefined;
  // An answer last: a provider that said little of the risk is in both lists.
  return [...failures, ...answers];
}

function answerOf(clean: object, providers: readonly IpIntelligenceProvider[]): IpIntelligence | undefined {
  const answer = clean as IpIntelligence;
  const provider = providers.find(({ id }) => id === answer.providerId);
  if (provider === undefined) return undefined;
  const { score, source, isPartial, ...said } = answer;
  // How a provider's points are to be read is code of this process where it has any.
  const card = provider.scorecard ?? score?.card;
  const read: unknown = {
    ...said,
    score: score === undefined ? undefined : { ...score, card },
    ...(source === undefined ? {} : { source }),
    ...(isPartial === true ? { isPartial } : {}),
  };
  return isIntelligence(read) ? read : undefined;
}

function failureOf(clean: object, providers: readonly IpIntelligenceProvider[]): ProviderFailure | undefined {
  const { providerId, code, refused } = clean as ProviderFailure;
  const isKnown = code === 'NO_DATA' || PROVIDER_ERROR_CODES.some((known) => known === code);
  if (!isKnown || !providers.some(({ id }) => id === providerId)) return undefined;
  return { providerId, code, ...(refused === true ? { refused } : {}) };
}

/** True when all that was written is in what is clean, as it was. */
function isAllOf(written: unknown, clean: unknown): boolean {
  if (typeof written !== 'object' || written === null) return written === clean;
  if (typeof clean !== 'object' || clean === null || Array.isArray(written) !== Array.isArray(clean)) return false;
  return Object.entries(written).every(
    ([name, value]) => Object.hasOwn(clean, name) && isAllOf(value, (clean as JsonRecord)[name]),
  );
}
