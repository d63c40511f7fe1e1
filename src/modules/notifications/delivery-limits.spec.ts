import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { deliveryLimits } from './delivery-limits.js';

describe('deliveryLimits', () => {
  it('are four at once and ten seconds for each', () => {
    expect(deliveryLimits({})).toEqual({ concurrency: 4, timeoutMs: 10_000 });
    expect(deliveryLimits({ concurrency: 1, timeoutMs: 500 })).toEqual({ concurrency: 1, timeoutMs: 500 });
  });

  it.each([0, 1.5, -1, 101, Number.NaN])('refuse %d at once', (concurrency) => {
    expect(() => deliveryLimits({ concurrency })).toThrow(InvalidConfigurationError);
  });

  // A timer of NaN ends at once: no alert would ever be delivered.
  it.each([0, -1, 60_001, Number.NaN, Infinity])('refuse %d ms', (timeoutMs) => {
    expect(() => deliveryLimits({ timeoutMs })).toThrow(/timeoutMs: .* must be from 1 to 60000 milliseconds\.$/);
  });
});
