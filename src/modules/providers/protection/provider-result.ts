import type { IpRiskErrorCode } from '../../../common/errors/ip-risk.error.js';
import { knowsNothing, speaksOfRisk, type IpIntelligence } from '../ip-intelligence.js';

/** Why one provider gave no verdict. `NO_DATA`: it answered, and knows nothing of the address or, a vendor, of its risk. */
export interface ProviderFailure {
  readonly providerId: string;
  readonly code: IpRiskErrorCode | 'NO_DATA';
  /** Nothing was sent: the breaker is open, the budget spent, too many lookups run, or the provider itself held back. */
  readonly refused?: true;
  /** Milliseconds after which it may be asked again, where it says. */
  readonly retryAfterMs?: number;
}

/** How asking one provider ended. */
export type Settled = IpIntelligence | ProviderFailure;

/** The failure in it; an answer that holds no knowledge is one. */
export function failureIn(result: Settled): ProviderFailure | undefined {
  if (!('facts' in result)) return result;
  return knowsNothing(result) ? noData(result) : undefined;
}

/** The failure in a vendor's result. A location alone would otherwise let everybody in as harmless. */
export function vendorFailureIn(result: Settled): ProviderFailure | undefined {
  if (!('facts' in result)) return result;
  return speaksOfRisk(result) ? undefined : noData(result);
}

function noData({ providerId }: IpIntelligence): ProviderFailure {
  return { providerId, code: 'NO_DATA' };
}
