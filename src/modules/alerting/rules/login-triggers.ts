import type { LoginReport } from '../../geo-velocity/geo-velocity.js';
import type { AlertKind, AlertTrigger } from '../alert.js';
import type { AlertSettings } from '../alert-settings.js';
import { decisionTriggers } from './decision-triggers.js';
import { findingDedupeId, findingTriggers, type DecidedLogin } from './finding-triggers.js';
import { newCountryTriggers } from './new-country-triggers.js';

export interface SettledLoginContext {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly settings: AlertSettings;
  readonly decided?: DecidedLogin | undefined;
}

/**
 * What a recorded login owes: its findings, and a new country where the deciding policy alerts of one. Where the decision
 * was made on a check of it, the team is not told again of what the decision on record told them.
 */
export function loginTriggers(userId: string, report: LoginReport, context: SettledLoginContext): AlertTrigger[] {
  const { decided, at, settings } = context;
  const told = toldKinds(context);
  const own = report.found.filter(({ to }) => to.eventId === report.login.eventId);
  const ownIds = new Set(own.map((finding) => findingDedupeId(userId, finding)));
  const isTold = ({ kind, audience, dedupeId }: AlertTrigger): boolean =>
    audience === 'team' && told.has(kind) && (kind === 'new-country' || ownIds.has(dedupeId ?? ''));
  const findings = findingTriggers(userId, report.found, { at, settings, report, decided });
  return [...findings, ...news(report, context)].filter((trigger) => !isTold(trigger));
}

function news(report: LoginReport, { decided, at, settings }: SettledLoginContext): AlertTrigger[] {
  if (decided?.policy === undefined) return [];
  const { decision, policy, route } = decided;
  return newCountryTriggers({ decision, policy, route }, { at, settings, decisionId: undefined }, report);
}

/** What the team has been told of the same login by its decision. */
function toldKinds({ decided, at, settings }: SettledLoginContext): ReadonlySet<AlertKind> {
  const travel = decided?.decision.travel;
  if (decided?.policy === undefined || decided.isOnRecord !== true || travel === undefined || 'login' in travel) {
    return new Set();
  }
  const { decision, policy } = decided;
  return new Set(
    decisionTriggers({ decision, policy }, { at, settings, decisionId: undefined }).map(({ kind }) => kind),
  );
}
