import { setImmediate as nextTurn } from 'node:timers/promises';
import { effectiveAddress } from '../../common/ip/embedded-ipv4.js';
import type { IpAddress } from '../../common/ip/ip-address.js';
import { prefixKey } from '../../common/ip/ip-prefix.js';
import type { AssessmentService } from './assessment.service.js';
import type { RiskAssessment } from './risk-assessment.js';

/**
 * Assesses a list batch by batch, in its order, and lets waiting requests have their turn between two batches. Each
 * network is looked up once; only those that come again are kept, so that the length of the list takes little memory.
 */
export async function* assessInBulk(
  assessments: AssessmentService,
  addresses: readonly IpAddress[],
  isDoubtful: (score: number) => boolean,
): AsyncGenerator<readonly RiskAssessment[], void, undefined> {
  const again = repeatedKeys(addresses);
  const kept = new Map<string, RiskAssessment>();
  const { batchSize } = assessments;
  for (let from = 0; from < addresses.length; from += batchSize) {
    const batch = new Map<string, RiskAssessment>();
    const known = {
      get: (key: string) => batch.get(key) ?? kept.get(key),
      set: (key: string, assessment: RiskAssessment) => (again.has(key) ? kept : batch).set(key, assessment),
    };
    yield await assessments.assessBatch(addresses.slice(from, from + batchSize), isDoubtful, known);
    await nextTurn();
  }
}

function repeatedKeys(addresses: readonly IpAddress[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const address of addresses) {
    const key = prefixKey(effectiveAddress(address));
    if (seen.has(key)) again.add(key);
    seen.add(key);
  }
  return again;
}
