import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import type { AlertsModuleOptions } from './alerts-options.js';
import { DEFAULT_CHANNEL_TIMEOUT_MS } from './delivery/alert-delivery.js';

export interface DeliveryLimits {
  /** Alerts that are delivered at the same time. */
  readonly concurrency: number;
  /** Milliseconds that the channel may take for one. */
  readonly timeoutMs: number;
}

const USUAL_CONCURRENCY = 4;
const MOST_AT_ONCE = 100;
const LONGEST_MS = 60_000;

/** @throws InvalidConfigurationError naming the option. */
export function deliveryLimits({
  concurrency = USUAL_CONCURRENCY,
  timeoutMs = DEFAULT_CHANNEL_TIMEOUT_MS,
}: Pick<AlertsModuleOptions, 'concurrency' | 'timeoutMs'>): DeliveryLimits {
  if (!(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MOST_AT_ONCE)) {
    throw new InvalidConfigurationError(
      `AlertsModule: concurrency: ${String(concurrency)} must be a whole number from 1 to ${MOST_AT_ONCE}.`,
    );
  }
  if (!(timeoutMs >= 1 && timeoutMs <= LONGEST_MS)) {
    throw new InvalidConfigurationError(
      `AlertsModule: timeoutMs: ${String(timeoutMs)} must be from 1 to ${LONGEST_MS} milliseconds.`,
    );
  }
  return { concurrency, timeoutMs };
}
