import { abortCases } from './abort-cases.js';
import { bodyCases } from './body-cases.js';
import { bulkCases } from './bulk-cases.js';
import { Bench } from './contract-bench.js';
import { isVendorSubject, type ContractCase, type ContractSubject } from './contract-subject.js';
import { failureCases } from './failure-cases.js';
import { identityCases } from './identity-cases.js';
import { keyCases } from './key-cases.js';
import { scoreCases } from './score-cases.js';
import { wireCases } from './wire-cases.js';

/**
 * Everything the library relies on in a provider, as cases for any test runner. Cases that do not apply are left out:
 * a provider without a score has none about scores, one that answers from memory none about a network.
 *
 * @throws whatever `create` throws.
 * @example
 * describe('acme', () => {
 *   const answer = ({ url }: WireRequest) => ({ ip: url.searchParams.get('ip'), is_tor: true });
 *   for (const { promise, run } of providerContract({ create: acme, answer })) it(promise, run);
 * });
 */
export function providerContract(subject: ContractSubject): readonly ContractCase[] {
  const { provider } = new Bench(subject);
  const cases = [...identityCases(subject, provider), ...scoreCases(subject, provider)];
  if (!isVendorSubject(subject)) return cases;
  return [
    ...cases,
    ...wireCases(subject),
    ...keyCases(subject),
    ...bodyCases(subject),
    ...failureCases(subject),
    ...abortCases(subject),
    ...bulkCases(subject, provider),
  ];
}
