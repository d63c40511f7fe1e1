import { HttpException, HttpStatus } from '@nestjs/common';
import type { RiskDecision } from '../policy/risk-decision.js';

/** The answer to a request that is not let through: what happened, never why. */
export abstract class IpRiskException extends HttpException {
  protected constructor(
    status: HttpStatus,
    error: string,
    message: string,
    /** For exception filters and logs; it is not part of the answer. */
    readonly decision: RiskDecision,
  ) {
    super({ error, message }, status);
  }
}

/** 403: too risky, or the policy blocks a fact of the address, or the account is held. The answer does not say which. */
export class IpRiskDeniedException extends IpRiskException {
  constructor(decision: RiskDecision) {
    super(HttpStatus.FORBIDDEN, 'IP_RISK_DENIED', 'The request was blocked.', decision);
  }
}

/** 403: the policy denies the country. The one cause a caller is told, because law and licences ask for it. */
export class GeographicRestrictionException extends IpRiskException {
  constructor(decision: RiskDecision) {
    super(HttpStatus.FORBIDDEN, 'GEOGRAPHIC_RESTRICTION', 'Not available in your region.', decision);
  }
}

/** 401: a second factor is needed first. */
export class AdditionalVerificationException extends IpRiskException {
  constructor(decision: RiskDecision) {
    super(HttpStatus.UNAUTHORIZED, 'ADDITIONAL_VERIFICATION_REQUIRED', 'Verify your identity to go on.', decision);
  }
}

/** 503: no verdict, and the route fails closed. Infrastructure failed; nobody was judged. */
export class IpRiskUnavailableException extends IpRiskException {
  constructor(decision: RiskDecision) {
    super(
      HttpStatus.SERVICE_UNAVAILABLE,
      'IP_RISK_UNAVAILABLE',
      'The request cannot be checked now. Try again.',
      decision,
    );
  }
}

/** The exception that enforces a decision, or `undefined` when the handler may run. */
export function denialOf(decision: RiskDecision): IpRiskException | undefined {
  switch (decision.action) {
    case 'allow':
    case 'monitor':
      return undefined;
    case 'challenge':
      return decision.onChallenge === 'reject' ? new AdditionalVerificationException(decision) : undefined;
    case 'block':
      if (decision.failedClosed) return new IpRiskUnavailableException(decision);
      return decision.cause === 'denied-country'
        ? new GeographicRestrictionException(decision)
        : new IpRiskDeniedException(decision);
    case 'review':
      if (decision.cause === 'account-held') return new IpRiskDeniedException(decision);
      return new IpRiskUnavailableException(decision);
    // What is none of these cannot be let through either; a policy set made in JavaScript may hold anything.
    default:
      return new IpRiskUnavailableException(decision);
  }
}
