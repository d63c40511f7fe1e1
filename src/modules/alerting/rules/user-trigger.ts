import { NO_ALERT_FACTS, type AlertTrigger } from '../alert.js';

/** The recorded login that a user is asked about. */
export interface AskedEvent {
  readonly eventId: string;
  /** The lasting pseudonym of its address's network, where it is known. */
  readonly network: string | undefined;
}

/**
 * The same for the user it is about, "was this you?": where from, and nothing of what is made of it. Whoever sits in a
 * stolen account must not learn what gave them away. Only a login that was recorded is asked about: a check needs no
 * password, and a "no" holds the account.
 */
export function forUser(trigger: AlertTrigger, { eventId, network }: AskedEvent): AlertTrigger {
  const { ip, country, city, asn, user } = trigger.facts;
  return {
    ...trigger,
    audience: 'user',
    facts: { ...NO_ALERT_FACTS, ip, country, city, asn, user, eventId, trustNetwork: network },
  };
}
