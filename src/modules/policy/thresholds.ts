import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { NEVER, type RiskThresholds } from './ip-risk-policy.js';

/** @throws InvalidConfigurationError unless all three are whole numbers 0–101 in ascending order: NaN would allow everything. */
export function assertThresholds(
  thresholds: Readonly<Record<keyof RiskThresholds, unknown>>,
  at: string,
): asserts thresholds is RiskThresholds {
  const { monitor, challenge, block } = thresholds;
  for (const [name, value] of Object.entries({ monitor, challenge, block })) {
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > NEVER) {
      throw new InvalidConfigurationError(
        `${at}: threshold "${name}" is ${String(value)}; it must be a whole number from 0 to 100, or never (101).`,
      );
    }
  }
  if ((monitor as number) > (challenge as number) || (challenge as number) > (block as number)) {
    throw new InvalidConfigurationError(`${at}: thresholds must ascend: monitor <= challenge <= block.`);
  }
}
