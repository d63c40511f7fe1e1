import { NodeProcess } from './support/node-process.js';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';

const MOST_MS = 300_000;
const isInstalled = RedisProcess.isInstalled();
if (!isInstalled) process.stdout.write(NO_REDIS);
const withRedis = isInstalled ? it : it.skip;

describe('processes that share a Redis', () => {
  // `npm run test:scale` is the whole of it.
  withRedis(
    'ask once, keep their caps and take nothing that was changed',
    async () => {
      const run = new NodeProcess(['test/scale/run.mjs', '--short']);
      const code = await run.exit();
      expect(run.stdout).toMatch(/^SCALE RUN: 0 failures in /m);
      expect(code).toBe(0);
      for (const part of ['storm', 'spellings', 'poison', 'memory', 'site', 'cluster']) {
        expect(run.stdout).toMatch(new RegExp(`^  PASS ${part}: `, 'm'));
      }
      expect(run.stderr).toBe('');
    },
    MOST_MS,
  );
});
