import type { DecisionEvent } from '../../screening/risk-events.js';
import { statedCountry, storableSubject } from './decision-row.js';

/** In code units; two for each of the 256 characters that are written. */
const LONGEST_SUBJECT = 512;

/** The same event without texts that are too long to be written: it may have to wait for long, with many others. */
export function leanEvent(event: DecisionEvent): DecisionEvent {
  const { subject } = event.decision;
  const { claimedCountry } = event;
  const isLong = subject !== undefined && subject.length > LONGEST_SUBJECT;
  const isNoCountry = claimedCountry !== undefined && statedCountry(claimedCountry) === undefined;
  if (!isLong && !isNoCountry) return event;
  return {
    ...event,
    decision: isLong ? { ...event.decision, subject: storableSubject(subject) } : event.decision,
    claimedCountry: isNoCountry ? undefined : claimedCountry,
  };
}
