import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { failsClosed, type IpRiskPolicy, type OnUnavailable, type PolicyOverrides } from './ip-risk-policy.js';
import type { PolicySet } from './policy-file.js';
import { assertThresholds } from './thresholds.js';

/** What a class or a method asks for: a policy by name, and changes to it. */
export interface PolicyRequest extends PolicyOverrides {
  /** @default the policy set's default */
  readonly policy?: string;
}

/**
 * The policy of a route: the last policy named, then every layer's changes in order (base class, class, method). Once
 * the layers up to some point fail closed, no later layer opens them again.
 *
 * @param at names the route in errors.
 * @throws InvalidConfigurationError for an unknown policy, bad thresholds, or two options that contradict each other.
 */
export function resolvePolicy(set: PolicySet, layers: readonly PolicyRequest[], at: string): IpRiskPolicy {
  const steps = layers.map((_, index) => stack(set, layers.slice(0, index + 1), at));
  const policy = steps.at(-1) ?? set.defaultPolicy;
  if (failsClosed(policy.onUnavailable)) return policy;
  const closed = steps.find(({ onUnavailable }) => failsClosed(onUnavailable));
  return closed === undefined ? policy : { ...policy, onUnavailable: closed.onUnavailable };
}

function stack(set: PolicySet, layers: readonly PolicyRequest[], at: string): IpRiskPolicy {
  const name = layers.findLast(({ policy }) => policy !== undefined)?.policy;
  return layers.reduce((policy, layer) => withChanges(policy, layer, at), namedPolicy(set, name, at));
}

/** @throws InvalidConfigurationError when there is no policy of that name. */
export function namedPolicy(set: PolicySet, name: string | undefined, at: string): IpRiskPolicy {
  const policy = name === undefined ? set.defaultPolicy : set.policies.get(name);
  if (policy !== undefined) return policy;
  throw new InvalidConfigurationError(
    `${at}: there is no policy ${JSON.stringify(name)}; use one of: ${[...set.policies.keys()].join(', ')}.`,
  );
}

function withChanges(policy: IpRiskPolicy, request: PolicyRequest, at: string): IpRiskPolicy {
  const thresholds = { ...policy.thresholds, ...request.thresholds };
  assertThresholds(thresholds, at);
  return {
    ...policy,
    thresholds,
    onUnavailable: onUnavailableOf(policy, request, at),
    takeStandIns: request.takeStandIns ?? policy.takeStandIns,
    mode: request.mode ?? policy.mode,
    onChallenge: request.onChallenge ?? policy.onChallenge,
  };
}

function onUnavailableOf(policy: IpRiskPolicy, request: PolicyRequest, at: string): OnUnavailable {
  const { failClosed, onUnavailable } = request;
  if (failClosed === undefined) return onUnavailable ?? policy.onUnavailable;
  if (onUnavailable !== undefined) {
    if (failsClosed(onUnavailable) === failClosed) return onUnavailable;
    throw new InvalidConfigurationError(
      `${at}: failClosed: ${String(failClosed)} and onUnavailable: '${onUnavailable}' contradict each other; keep one.`,
    );
  }
  if (failsClosed(policy.onUnavailable) === failClosed) return policy.onUnavailable;
  return failClosed ? 'block' : 'allow';
}
