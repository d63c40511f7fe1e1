import type { DeliveryOutcome } from '../../../alerting/delivery-outcome.js';
import { namelessTitle } from '../../payload/alert-title.js';
import type { AlertChannel, OutgoingAlert } from '../alert-channel.js';

/** Settings of {@link logChannel}. */
export interface LogChannelOptions {
  /** Takes one line without a line break. May throw; the alert is then tried again. */
  readonly write: (line: string) => void;
}

/** Writes alerts to the log: which alert and which decision, and never an address or a user, which logs are no place for. */
export function logChannel({ write }: LogChannelOptions): AlertChannel {
  return {
    name: 'log',
    deliver: (alert, signal) => Promise.resolve(signal.aborted ? NOT_IN_TIME : written(alert, write)),
  };
}

const NOT_IN_TIME: DeliveryOutcome = { status: 'failed', reason: 'The log was not written in time.' };

function written(alert: OutgoingAlert, write: LogChannelOptions['write']): DeliveryOutcome {
  // A line in our log is no question to the user, and the links in it would be for whoever reads the log.
  if (alert.audience === 'user') {
    return { status: 'refused', reason: 'The log reaches no user; set up Novu or a webhook.', isMisconfigured: true };
  }
  try {
    write(lineOf(alert));
    return { status: 'delivered' };
  } catch {
    return { status: 'failed', reason: 'The log could not be written.' };
  }
}

function lineOf({ id, kind, severity, payload }: OutgoingAlert): string {
  const { count, suppressed, provider, decision_url: decisionUrl } = payload;
  return [
    `Alert ${id} (${kind}, ${severity}).`,
    `${namelessTitle({ kind, severity, count })}.`,
    ...(provider === null ? [] : [`Provider: ${provider}.`]),
    ...(suppressed === 0 ? [] : [`${suppressed} more were kept back.`]),
    ...(decisionUrl === null ? [] : [decisionUrl]),
  ].join(' ');
}
