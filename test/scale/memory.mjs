// A million addresses leave no more behind than a hundred thousand.
import { HASH_KEY } from './stage.mjs';
import { keysOf } from './redis-server.mjs';

const MOST_GROWTH = 0.05;
const REDIS_MB = 64;
/** What the eviction of a Redis that is full may be over its limit, in parts of it. */
const REDIS_SLACK = 1.1;

const FULL = { family: undefined, entries: 50_000, steps: [100_000, 250_000, 500_000, 750_000, 1_000_000] };
/** IPv4 only: the counts of 20,000 IPv6 networks are not full by then. */
const SHORT = { entries: 1_000, steps: [8_000, 16_000], family: 4 };

export async function memory(stage, report, isShort) {
  const { entries, steps, family } = isShort ? SHORT : FULL;
  const [first, last] = [steps[0], steps.at(-1)];
  report.part(
    'memory',
    `${last} different addresses through one process, ${entries} entries in memory, Redis with ${REDIS_MB} MB`,
  );
  const redis = await stage.redis(['--maxmemory', `${REDIS_MB}mb`, '--maxmemory-policy', 'allkeys-lru']);
  const child = stage.child('memory-process.mjs', ['--expose-gc']);
  await child.ask('start', { redisUrl: redis.url, hashKey: HASH_KEY, entries });
  const measured = [];
  for (const upTo of steps) {
    const startedAt = performance.now();
    const done = await child.ask('assess', { upTo, family });
    const used = await child.ask('memory');
    measured.push({ ...used, ...done });
    const { status, reason, refuses } = await child.ask('redis');
    const perSecond = Math.round((upTo - (measured.at(-2)?.asked ?? 0)) / ((performance.now() - startedAt) / 1000));
    report.figure(
      `${upTo}: heap ${used.heapMb.toFixed(1)} MB, external ${used.externalMb.toFixed(1)} MB, RSS ${used.rssMb.toFixed(0)} MB; ${perSecond} addresses a second; Redis ${[status, reason, refuses].filter(Boolean).join(' ')}, ${await redis.looker.dbsize()} keys`,
    );
  }
  promiseMemory(report, measured, first, last);
  await promiseKeys(report, redis);
  await child.ask('close');
}

function promiseMemory(report, measured, first, last) {
  const [before, after] = [measured[0], measured.at(-1)];
  const growth = after.heapMb / before.heapMb - 1;
  const percent = `${(growth * 100).toFixed(1)} %`;
  report.promise(`the heap at ${last} is within 5 % of the heap at ${first}`, Math.abs(growth) <= MOST_GROWTH, percent);
  const slope = ((after.rssMb - before.rssMb) / ((last - first) / 100_000)).toFixed(2);
  report.figure(`RSS grows by ${slope} MB for each 100000 addresses`);
  report.promise('every address has its verdict', after.withoutVerdict === 0, `${after.withoutVerdict} without`, true);
  report.figure(`${after.calls} calls of the vendor for ${after.asked} addresses`);
}

async function promiseKeys(report, redis) {
  const times = await keysOf(redis);
  const endless = [...times].filter(([, ms]) => ms === -1).map(([name]) => name);
  report.promise(
    'every key in Redis has an end',
    times.size > 0 && endless.length === 0,
    `${endless.length} of ${times.size} have none ${endless.slice(0, 3).join(' ')}`,
  );
  const used = Number(/used_memory:(\d+)/.exec(await redis.looker.info('memory'))[1]) / 2 ** 20;
  const evicted = /evicted_keys:(\d+)/.exec(await redis.looker.info('stats'))[1];
  report.promise(
    `Redis stays within ${REDIS_MB} MB`,
    used <= REDIS_MB * REDIS_SLACK,
    `${used.toFixed(1)} MB, ${evicted} evicted`,
  );
}
