import { createHash } from 'node:crypto';
import { parseIpAddress } from '../../../common/ip/ip-address.js';
import type { LoginReport } from '../../geo-velocity/geo-velocity.js';
import { networkOf } from '../../geo-velocity/privacy/network-of.js';
import type { TravelFinding } from '../../geo-velocity/travel/travel-verdict.js';
import type { IpRiskPolicy } from '../../policy/ip-risk-policy.js';
import type { RiskDecision } from '../../policy/risk-decision.js';
import { riskLevelOf } from '../../scoring/risk-level.js';
import { NO_ALERT_FACTS, type AlertFacts, type AlertSeverity, type AlertTrigger } from '../alert.js';
import type { AlertSettings } from '../alert-settings.js';
import { bandOf } from './decision-band.js';
import { forUser } from './user-trigger.js';

/** What was decided on the login that made the findings. A `DecisionEvent` is one. */
export interface DecidedLogin {
  readonly decision: RiskDecision;
  readonly policy?: IpRiskPolicy | undefined;
  readonly route?: string | undefined;
  /** A decision log has raised, or will raise, what the decision itself owes. @default false */
  readonly isOnRecord?: boolean | undefined;
}

export interface FindingContext {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly settings: AlertSettings;
  /** The login that made the findings. @default that of the decision */
  readonly report?: LoginReport | undefined;
  readonly decided?: DecidedLogin | undefined;
  /** Where the decision is on record. */
  readonly decisionId?: string | undefined;
}

const DIGEST_BYTES = 16;

/**
 * What findings owe: the team one alert each, and the user one where users are asked and the account is not held: that
 * one has answered. None under a policy that alerts of nothing.
 */
export function findingTriggers(
  userId: string,
  findings: readonly TravelFinding[],
  context: FindingContext,
): AlertTrigger[] {
  const report = context.report ?? reportOf(context.decided);
  if (context.decided?.policy?.alertFrom === 'never') return [];
  const isAsked = context.settings.asksUsers && report?.isHeld !== true;
  return findings.flatMap((finding) => {
    // A login that comes late makes findings of later ones, of which its address and its decision say nothing.
    const isOwn = report !== undefined && finding.to.eventId === report.login.eventId;
    const trigger = triggerOf(
      userId,
      finding,
      isOwn ? { ...context, report } : { at: context.at, settings: context.settings },
    );
    const network = isOwn ? report.client?.network : undefined;
    // Whatever the score says: the user is told of none.
    return isAsked
      ? [trigger, forUser({ ...trigger, severity: 'high' }, { eventId: finding.to.eventId, network })]
      : [trigger];
  });
}

/** The same for the same two logins of one user, whoever finds them. */
export function findingDedupeId(userId: string, { from, to }: TravelFinding): string {
  const text = JSON.stringify(['impossible-travel', userId, from.eventId, to.eventId]);
  return createHash('sha256').update(text).digest().subarray(0, DIGEST_BYTES).toString('base64url');
}

function reportOf(decided: DecidedLogin | undefined): LoginReport | undefined {
  const travel = decided?.decision.travel;
  return travel !== undefined && 'login' in travel ? travel : undefined;
}

function triggerOf(userId: string, finding: TravelFinding, context: FindingContext): AlertTrigger {
  const { at, settings, report, decided, decisionId } = context;
  const { to } = finding;
  const assessment = decided?.decision.assessment;
  const ip = assessment?.ip ?? report?.client?.ip;
  const address = parseIpAddress(assessment?.embeddedIp ?? ip ?? '');
  const known = decided === undefined ? NO_ALERT_FACTS : factsOf(decided, decisionId);
  // A clock that is ahead must not date an alert into the future.
  const seenAt = Math.min(to.ts, at);
  return {
    kind: 'impossible-travel',
    severity: known.level === 'critical' ? 'critical' : 'high',
    audience: 'team',
    facts: {
      ...known,
      ip: settings.addressDays > 0 ? ip : undefined,
      country: to.country,
      city: to.city,
      asn: to.asn,
      user: userId,
      detail: detailOf(finding),
    },
    prefix: address === undefined ? undefined : networkOf(address),
    count: 1,
    firstAt: seenAt,
    lastAt: seenAt,
    dedupeId: findingDedupeId(userId, finding),
  };
}

function factsOf(decided: DecidedLogin, decisionId: string | undefined): AlertFacts {
  const { decision, route } = decided;
  const { score, reasons, policy, mode, intendedAction } = decision;
  const level = levelOf(decided);
  const action = intendedAction;
  return { ...NO_ALERT_FACTS, score, level, reasons, route, policy: policy.name, mode, action, decisionId };
}

function levelOf({ decision, policy }: DecidedLogin): AlertSeverity | undefined {
  if (policy !== undefined) return bandOf(decision, policy);
  return decision.score === undefined ? undefined : riskLevelOf(decision.score);
}

function detailOf({ from, distanceKm, elapsedSeconds }: TravelFinding): string {
  const distance = `At least ${Math.floor(distanceKm).toLocaleString('en-US')} km from ${from.country ?? 'the place of the login before'}`;
  if (elapsedSeconds === 0) return `${distance} at the same instant.`;
  return `${distance} in ${(elapsedSeconds / 3600).toFixed(1)} h, faster than anybody travels.`;
}
