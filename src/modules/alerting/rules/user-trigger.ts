import type { AlertTrigger } from '../alert.js';

/**
 * The same for the user it is about, "was this you?": where from, and not what is made of it. Whoever sits in a stolen
 * account must not learn what gave them away.
 *
 * @param trustNetwork the lasting pseudonym of the address's network, where it is known
 */
export function forUser(trigger: AlertTrigger, trustNetwork?: string): AlertTrigger {
  const { facts, dedupeId } = trigger;
  return {
    ...trigger,
    audience: 'user',
    facts: {
      ...facts,
      score: undefined,
      level: undefined,
      reasons: [],
      route: undefined,
      policy: undefined,
      mode: undefined,
      action: undefined,
      decisionId: undefined,
      provider: undefined,
      detail: undefined,
      trustNetwork: trustNetwork ?? facts.trustNetwork,
    },
    dedupeId: dedupeId === undefined ? undefined : `${dedupeId}:user`,
  };
}
