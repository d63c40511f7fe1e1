import { FakeClock } from '../../../test/support/fake-clock.js';
import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import type { IpRiskModuleOptions, SharedRedisOptions } from './ip-risk-options.js';
import { openStores } from './shared-state.js';

const opened = (redis: Partial<SharedRedisOptions>, options: Partial<IpRiskModuleOptions> = {}) =>
  openStores({ providers: [], ...options, redis: { url: 'redis://127.0.0.1:1', ...redis } }, new FakeClock());

describe('openStores', () => {
  it.each([
    [301, {}],
    [101, { deadlineMs: 100 }],
    [0, {}],
    [-1, {}],
    [NaN, {}],
  ])('refuses %d ms for Redis beside %p, and names both deadlines', async (deadlineMs, options) => {
    const refused = opened({ deadlineMs }, options);
    await expect(refused).rejects.toThrow(InvalidConfigurationError);
    await expect(refused).rejects.toThrow(/IP_RISK_REDIS_DEADLINE_MS.*IP_RISK_DEADLINE_MS/);
  });

  it.each(['short', ' '.repeat(16), `fifteen-letters${' '.repeat(16)}`])(
    'refuses the hash key "%s"',
    async (hashKey) => {
      const refused = opened({ hashKey });
      await expect(refused).rejects.toThrow(/IP_RISK_HASH_KEY/);
      await expect(refused).rejects.not.toThrow(/short|fifteen-letters/);
    },
  );

  it('opens nothing without Redis', async () => {
    expect(await openStores({ providers: [] }, new FakeClock())).toEqual({ cache: undefined, lasting: undefined });
  });
});
