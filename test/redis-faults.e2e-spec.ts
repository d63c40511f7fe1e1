import { NodeProcess } from './support/node-process.js';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';

const MOST_MS = 180_000;
const hasRedis = RedisProcess.isInstalled();
if (!hasRedis) process.stderr.write(NO_REDIS);

(hasRedis ? describe : describe.skip)('a Redis that fails', () => {
  // `npm run test:redis-faults` is the whole of it.
  it(
    'costs no request more than its deadline, and no promise',
    async () => {
      const run = new NodeProcess(['test/redis-faults/run.mjs', '--short']);
      expect(await run.exit()).toBe(0);
      expect(run.stdout).toMatch(/^8 cells, 1800 requests/m);
      expect(run.stdout).toMatch(/^REDIS FAULT RUN: 0 violations$/m);
      expect(run.stderr).toBe('');
    },
    MOST_MS,
  );
});
