import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { ON_CHALLENGE, ON_UNAVAILABLE, POLICY_MODES } from '../policy/ip-risk-policy.js';
import { RECORD_ON, type IpRiskRouteOptions } from './ip-risk-options.js';

type Check = readonly [isValid: (value: unknown) => boolean, expected: string];

const isFunction: Check = [(value) => typeof value === 'function', 'a function'];
const oneOf = (names: readonly string[]): Check => [
  (value) => names.includes(value as string),
  `one of: ${names.join(', ')}`,
];

const CHECKS: Readonly<Record<keyof IpRiskRouteOptions, Check>> = {
  policy: [(value) => typeof value === 'string', 'the name of a policy'],
  failClosed: [(value) => typeof value === 'boolean', 'true or false'],
  onUnavailable: oneOf(ON_UNAVAILABLE),
  takeStandIns: [(value) => typeof value === 'boolean', 'true or false'],
  thresholds: [(value) => typeof value === 'object' && value !== null, 'an object of thresholds'],
  mode: oneOf(POLICY_MODES),
  onChallenge: oneOf(ON_CHALLENGE),
  subject: isFunction,
  recordOn: oneOf(RECORD_ON),
  claimedCountry: isFunction,
  skipIf: isFunction,
  ip: isFunction,
  escalate: [(value) => typeof value === 'boolean', 'true or false'],
  onDecision: isFunction,
};

/**
 * The compiler checks options that are written down; this checks those that come out of JavaScript or configuration,
 * where `failClose: true` or `mode: 'enforce'` would be a protection that is silently not there.
 *
 * @throws InvalidConfigurationError naming the route and the option.
 */
export function assertRouteOptions(options: IpRiskRouteOptions, at: string): void {
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof IpRiskRouteOptions] : undefined;
    if (check === undefined) {
      throw new InvalidConfigurationError(
        `${at}: there is no option "${name}"; known are: ${Object.keys(CHECKS).join(', ')}.`,
      );
    }
    const [isValid, expected] = check;
    if (!isValid(value)) throw new InvalidConfigurationError(`${at}: "${name}" must be ${expected}.`);
  }
}
