import { NO_ALERT_FACTS, type AlertTrigger } from '../../alerting/alert.js';
import type { AlertSettings } from '../../alerting/alert-settings.js';
import type { DecisionEvent } from '../../screening/risk-events.js';
import { triggersWithoutSender } from './owed-triggers.js';
import { countAgain, waitingDecision, type WaitingDecision } from './waiting-decision.js';

/** Decisions that are only counted, with the alerts that they owe. */
export interface SummarisedDecisions {
  readonly tally: WaitingDecision;
  readonly triggers: Map<string, AlertTrigger>;
}

/**
 * Where decisions are counted that there is no room for: by route, policy and what was done, of which there are few. Nothing
 * is known afterwards of their senders; how many there were is.
 */
export class DecisionSummaries {
  private summaries = new Map<string, SummarisedDecisions>();

  /** Decisions in them. */
  count = 0;

  /** @param triggers alerts that the decision owes */
  add(event: DecisionEvent, now: number, triggers: readonly AlertTrigger[]): SummarisedDecisions {
    const { route, decision } = event;
    const key = [route, decision.policy.digest, decision.action, decision.intendedAction, decision.cause].join('\n');
    const known = this.summaries.get(key);
    const summary = known ?? { tally: anonymous(waitingDecision(event, now)), triggers: new Map() };
    if (known === undefined) this.summaries.set(key, summary);
    else countAgain(summary.tally, event.latencyMs, now);
    for (const trigger of triggers) addTrigger(summary.triggers, trigger);
    this.count += 1;
    return summary;
  }

  take(): SummarisedDecisions[] {
    const taken = [...this.summaries.values()];
    this.summaries = new Map();
    this.count = 0;
    return taken;
  }
}

/** An entry whose details cannot be written, with what it owes all the same. */
export function onlyCounted(entry: WaitingDecision, alerts: AlertSettings | undefined): SummarisedDecisions {
  const { event, count, firstAt, lastAt } = entry;
  const triggers = new Map<string, AlertTrigger>();
  try {
    for (const trigger of alerts === undefined ? [] : triggersWithoutSender(event, firstAt, alerts)) {
      addTrigger(triggers, { ...trigger, count, firstAt, lastAt });
    }
  } catch {
    // Of what somebody else's objects hold no alert can be made, either.
  }
  return { tally: anonymous(entry), triggers };
}

/** The same without whom it was about, which is not kept: one of many would pass for all of them. */
function anonymous(entry: WaitingDecision): WaitingDecision {
  const { event } = entry;
  const decision = {
    ...event.decision,
    score: undefined,
    reasons: [],
    degraded: [],
    subject: undefined,
    travel: undefined,
    assessment: undefined,
  };
  return { ...entry, event: { ...event, decision, claimedCountry: undefined } };
}

function addTrigger(triggers: Map<string, AlertTrigger>, trigger: AlertTrigger): void {
  const { kind, severity, count, firstAt, lastAt } = trigger;
  const key = `${kind} ${severity}`;
  const known = triggers.get(key);
  triggers.set(
    key,
    known === undefined
      ? withoutSender(trigger)
      : {
          ...known,
          count: known.count + count,
          firstAt: Math.min(known.firstAt, firstAt),
          lastAt: Math.max(known.lastAt, lastAt),
        },
  );
}

/** A name of the policy and of the route tells of nobody; a score, a place and a sentence may. */
function withoutSender(trigger: AlertTrigger): AlertTrigger {
  const { level, route, policy, mode, action } = trigger.facts;
  return { ...trigger, facts: { ...NO_ALERT_FACTS, level, route, policy, mode, action }, prefix: undefined };
}
