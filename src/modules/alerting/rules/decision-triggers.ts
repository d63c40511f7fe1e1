import { parseIpAddress } from '../../../common/ip/ip-address.js';
import type { TravelReport } from '../../geo-velocity/geo-velocity.js';
import { networkOf } from '../../geo-velocity/privacy/network-of.js';
import type { IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import type { RiskDecision } from '../../policy/risk-decision.js';
import { travelSignals } from '../../policy/travel-signals.js';
import { NO_ALERT_FACTS, type AlertFacts, type AlertKind, type AlertSeverity, type AlertTrigger } from '../alert.js';
import type { AlertSettings } from '../alert-settings.js';
import { bandOf, isAtLeast, worstOf } from './decision-band.js';
import { findingTriggers } from './finding-triggers.js';
import { forUser } from './user-trigger.js';

/** A decision and what it was made by. A `DecisionEvent` is one. */
export interface DecidedRequest {
  readonly decision: RiskDecision;
  readonly policy: IpRiskPolicy;
  readonly route: string;
}

export interface TriggerContext {
  /** Where the decision is on record, as far as that is known yet. */
  readonly decisionId: string | undefined;
  /** Milliseconds since 1970 at which it was made. */
  readonly at: number;
  readonly settings: AlertSettings;
}

/**
 * The alerts that a decision owes. Pure. Travel that nobody can have made is told of in the place of the score, in every
 * band; a policy that alerts of nothing (`alertFrom: never`) alerts of neither. Each stands for one event: who merges
 * decisions multiplies.
 */
export function decisionTriggers(decided: DecidedRequest, context: TriggerContext): AlertTrigger[] {
  const { decision, policy } = decided;
  const { subject, travel, cause } = decision;
  if (policy.alertFrom === 'never') return [];
  const isRecorded = travel !== undefined && 'found' in travel;
  // What recording found is told of once, whoever settles it.
  const found = subject !== undefined && isRecorded ? travel.found : [];
  const findings = subject === undefined ? [] : findingTriggers(subject, found, { ...context, decided });
  // Whoever is held was told of already.
  if (cause === 'account-held') return findings;
  return [...(found.length > 0 ? findings : judged(decided, context)), ...news(decided, context)];
}

/** What the decision says of its trip, or else of its address. */
function judged(decided: DecidedRequest, context: TriggerContext): AlertTrigger[] {
  const { decision, policy } = decided;
  const { subject, travel } = decision;
  const band = bandOf(decision, policy);
  if (subject !== undefined && travel !== undefined && isCheckedImpossible(travel)) {
    const trigger = triggerOf('impossible-travel', worstOf('high', band ?? 'low'), decided, context);
    return withUser(trigger, 'high', decided, context);
  }
  const isOwed = band !== undefined && policy.alertFrom !== 'never' && isAtLeast(band, policy.alertFrom);
  return isOwed ? [triggerOf('risk', band, decided, context)] : [];
}

/** A country that the user was not in before; whether no stored login was there is for the database to say. */
function news(decided: DecidedRequest, context: TriggerContext): AlertTrigger[] {
  const { decision, policy } = decided;
  const { travel } = decision;
  if (!policy.alertOnNewCountry || decision.subject === undefined || travel === undefined) return [];
  const { status, isCountryChanged } = travel.verdict;
  if (status !== 'possible' || isCountryChanged !== true || travel.relief !== undefined) return [];
  return withUser(triggerOf('new-country', 'medium', decided, context), 'medium', decided, context);
}

/** Where the login was not recorded, so that nothing is found yet. */
function isCheckedImpossible(travel: TravelReport): boolean {
  const isExplained = travel.relief?.kind === 'announced' || travel.relief?.kind === 'network';
  return !('found' in travel) && travel.verdict.status === 'impossible' && !isExplained;
}

/** @param severity what the user is told, whatever the score says */
function withUser(
  trigger: AlertTrigger,
  severity: AlertSeverity,
  { decision: { travel } }: DecidedRequest,
  { settings }: TriggerContext,
): AlertTrigger[] {
  if (!settings.asksUsers) return [trigger];
  const network = travel !== undefined && 'client' in travel ? travel.client?.network : undefined;
  return [trigger, forUser({ ...trigger, severity }, network)];
}

function triggerOf(
  kind: AlertKind,
  severity: AlertSeverity,
  decided: DecidedRequest,
  { at, settings, decisionId }: TriggerContext,
): AlertTrigger {
  const { assessment } = decided.decision;
  const address = parseIpAddress(assessment?.embeddedIp ?? assessment?.ip ?? '');
  return {
    kind,
    severity,
    audience: 'team',
    facts: factsOf(decided, decisionId, settings),
    prefix: address === undefined ? undefined : networkOf(address),
    count: 1,
    firstAt: at,
    lastAt: at,
  };
}

function factsOf(
  { decision, policy, route }: DecidedRequest,
  decisionId: string | undefined,
  { addressDays }: AlertSettings,
): AlertFacts {
  const { assessment, travel } = decision;
  return {
    ...NO_ALERT_FACTS,
    ip: addressDays > 0 ? assessment?.ip : undefined,
    score: decision.score,
    level: bandOf(decision, policy),
    reasons: decision.reasons,
    country: assessment?.location?.countryCode,
    city: assessment?.location?.city,
    asn: assessment?.network?.asn,
    user: decision.subject,
    route,
    policy: decision.policy.name,
    mode: decision.mode,
    action: decision.intendedAction,
    decisionId,
    detail: travelSignals(travel)?.detail,
  };
}
