import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ProviderError, type ProviderErrorCode } from '../../../common/errors/ip-risk.error.js';
import { isIntelligence, type IpIntelligence } from '../ip-intelligence.js';
import type { Outcome } from './contract-bench.js';

const CODES: Readonly<Record<ProviderErrorCode, true>> = {
  PROVIDER_TIMEOUT: true,
  PROVIDER_UNAUTHORIZED: true,
  PROVIDER_QUOTA: true,
  PROVIDER_RATE_LIMITED: true,
  PROVIDER_BAD_INPUT: true,
  PROVIDER_UNREACHABLE: true,
  PROVIDER_BAD_RESPONSE: true,
};

/** Fails unless the lookup ended with an answer of the promised form, and hands it over. */
export function soundAnswer(outcome: Outcome, providerId: string, after = 'a good answer'): IpIntelligence {
  if ('error' in outcome) assert.fail(`${after} ends with ${shown(outcome.error)}`);
  return soundIntelligence(outcome.answer, providerId, after);
}

/** Fails unless it is an answer of the promised form under that id. */
export function soundIntelligence(answer: unknown, providerId: string, after: string): IpIntelligence {
  assert.ok(isIntelligence(answer), `${after} becomes no IpIntelligence but ${shown(answer)}`);
  assert.equal(answer.providerId, providerId, `${after} becomes an answer under another id`);
  const odd = oddValueIn(answer);
  assert.equal(odd, undefined, `${after} becomes an answer that holds ${odd ?? ''}; what is not known is undefined`);
  return answer;
}

/** Fails unless the lookup ended with a `ProviderError` of the provider, with one of the codes where they are given. */
export function refusal(
  outcome: Outcome,
  providerId: string,
  after: string,
  codes: readonly ProviderErrorCode[] = [],
): ProviderError {
  if ('answer' in outcome) assert.fail(`${after} becomes the answer ${shown(outcome.answer)}`);
  const { error } = outcome;
  assert.ok(error instanceof ProviderError, `${after} ends with something that is no ProviderError: ${shown(error)}`);
  assert.ok(Object.hasOwn(CODES, error.code), `${after} ends with the unknown code ${shown(error.code)}`);
  assert.equal(error.providerId, providerId, `${after} ends with an error of another provider`);
  const { retryAfterMs = 0 } = error;
  assert.ok(retryAfterMs >= 0 && retryAfterMs < Infinity, `${after} may be retried after ${retryAfterMs} ms`);
  const isExpected = codes.length === 0 || codes.includes(error.code);
  assert.ok(isExpected, `${after} ends with ${error.code} instead of ${codes.join(' or ')}`);
  return error;
}

/** Fails unless there is a sound answer or a `ProviderError`; hands over the answer. */
export function soundOrRefused(outcome: Outcome, providerId: string, after: string): IpIntelligence | undefined {
  if ('answer' in outcome) return soundAnswer(outcome, providerId, after);
  refusal(outcome, providerId, after);
  return undefined;
}

export function shown(value: unknown): string {
  return inspect(value, { depth: 3, breakLength: Infinity });
}

/** The path to a null or to a number that is not finite. */
function oddValueIn(value: unknown, path = ''): string | undefined {
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return `${String(value)} at "${path}"`;
  if (typeof value !== 'object') return undefined;
  for (const [name, child] of Object.entries(value)) {
    const odd = oddValueIn(child, path === '' ? name : `${path}.${name}`);
    if (odd !== undefined) return odd;
  }
  return undefined;
}
