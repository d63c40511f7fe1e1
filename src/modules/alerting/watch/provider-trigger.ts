import { isoText } from '../../../common/clock/iso-text.js';
import { PROVIDER_ERROR_CODES, ProviderError } from '../../../common/errors/ip-risk.error.js';
import type { ProviderFailure } from '../../providers/protection/provider-result.js';
import { NO_ALERT_FACTS, type AlertSeverity, type AlertTrigger } from '../alert.js';

/** A vendor that does not answer. */
export interface ProviderTrouble {
  readonly kind: 'provider-outage' | 'budget-spent';
  readonly providerId: string;
  /** Why its breaker is not closed; `undefined` where it is. */
  readonly code: ProviderFailure['code'] | undefined;
  /** False where those who are left are too few. */
  readonly isVerdictPossible: boolean;
  /** Milliseconds since 1970 at which it was first seen. */
  readonly since: number;
}

/** Characters of an ISO instant that name its day, and its hour. */
const DAY = 10;
const HOUR = 13;

/** What a vendor's trouble raises. All processes that see it raise the same, so that it is told once. */
export function providerTrigger(trouble: ProviderTrouble, now: number): AlertTrigger {
  const { kind, providerId, since } = trouble;
  const severity = severityOf(trouble);
  // A budget is spent until the day ends, however often a trial shows it.
  const bucket = isoText(since).slice(0, kind === 'budget-spent' ? DAY : HOUR);
  return {
    kind,
    severity,
    audience: 'team',
    facts: { ...NO_ALERT_FACTS, provider: providerId, detail: detailOf(trouble) },
    prefix: undefined,
    count: 1,
    firstAt: since,
    lastAt: now,
    dedupeId: `${kind}:${providerId}:${bucket}:${severity}`,
  };
}

function severityOf({ kind, isVerdictPossible }: ProviderTrouble): AlertSeverity {
  if (!isVerdictPossible) return 'critical';
  return kind === 'budget-spent' ? 'medium' : 'high';
}

function detailOf({ kind, providerId, code, isVerdictPossible, since }: ProviderTrouble): string {
  const left = isVerdictPossible
    ? 'Verdicts are given without it.'
    : 'Too few providers are left: no verdict can be given, and each policy goes by its fail mode.';
  return `${whyOf(kind, providerId, code)} It has not been asked since ${isoText(since)}. ${left}`;
}

function whyOf(kind: ProviderTrouble['kind'], providerId: string, code: ProviderTrouble['code']): string {
  if (kind === 'budget-spent') {
    return `The budget of IP-intelligence provider "${providerId}" is spent; wait for the renewal or raise it.`;
  }
  const known = PROVIDER_ERROR_CODES.find((each) => each === code) ?? 'PROVIDER_UNREACHABLE';
  return new ProviderError(providerId, known).message;
}
