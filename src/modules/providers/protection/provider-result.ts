import type { IpRiskErrorCode } from '../../../common/errors/ip-risk.error.js';
import { knowsNothing, type IpIntelligence } from '../ip-intelligence.js';

/** Why one provider gave no verdict. `NO_DATA`: it answered that it knows nothing of the address. */
export interface ProviderFailure {
  readonly providerId: string;
  readonly code: IpRiskErrorCode | 'NO_DATA';
  /** The provider was not asked: its breaker is open, its budget spent, or too many lookups run. */
  readonly refused?: true;
  /** Milliseconds after which it may be asked again, where it says. */
  readonly retryAfterMs?: number;
}

/** How asking one provider ended. */
export type Settled = IpIntelligence | ProviderFailure;

/** The failure in it; an answer that holds no knowledge is one. */
export function failureIn(result: Settled): ProviderFailure | undefined {
  if (!('facts' in result)) return result;
  return knowsNothing(result) ? { providerId: result.providerId, code: 'NO_DATA' } : undefined;
}
