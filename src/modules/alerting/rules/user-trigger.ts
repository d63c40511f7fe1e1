import { NO_ALERT_FACTS, type AlertTrigger } from '../alert.js';

/**
 * The same for the user it is about, "was this you?": where from, and nothing of what is made of it. Whoever sits in a
 * stolen account must not learn what gave them away.
 *
 * @param network the lasting pseudonym of the address's network, where it is known
 */
export function forUser(trigger: AlertTrigger, network: string | undefined): AlertTrigger {
  const { ip, country, city, asn, user } = trigger.facts;
  return {
    ...trigger,
    audience: 'user',
    facts: { ...NO_ALERT_FACTS, ip, country, city, asn, user, trustNetwork: network },
  };
}
