import type { TravelReport } from '../../geo-velocity/geo-velocity.js';
import type { AlertTrigger } from '../alert.js';
import { decidedTrigger, type DecidedRequest, type TriggerContext } from './decided-trigger.js';
import { forUser } from './user-trigger.js';

/**
 * What a country owes that the user was not in before; whether no stored login was there is for the database to say. The
 * user is asked about a login that was recorded, and about nothing that somebody without the password can bring about.
 *
 * @param travel of the login, where it was recorded after the decision. @default that of the decision
 */
export function newCountryTriggers(
  decided: DecidedRequest,
  context: TriggerContext,
  travel = decided.decision.travel,
): AlertTrigger[] {
  const { decision, policy } = decided;
  // Whoever is held was told of already.
  if (decision.cause === 'account-held') return [];
  const isAlerted = policy.alertFrom !== 'never' && policy.alertOnNewCountry && decision.subject !== undefined;
  if (!isAlerted || travel === undefined || !isNewCountry(travel)) return [];
  const trigger = decidedTrigger('new-country', 'medium', decided, context);
  if (!('login' in travel)) return [trigger];
  const { login, client, isHeld } = travel;
  const seenAt = Math.min(login.ts, context.at);
  const dedupeId = JSON.stringify(['new-country', decision.subject, login.eventId]);
  const recorded = { ...trigger, firstAt: seenAt, lastAt: seenAt, dedupeId };
  if (!context.settings.asksUsers || isHeld) return [recorded];
  return [recorded, forUser(recorded, { eventId: login.eventId, network: client?.network })];
}

function isNewCountry({ verdict: { status, isCountryChanged }, relief }: TravelReport): boolean {
  return status === 'possible' && isCountryChanged === true && relief === undefined;
}
