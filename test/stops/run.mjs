// The run of stops: the service is asked to end (SIGTERM) while logins come in. Whatever it took up must be answered, it
// must end by itself within ten seconds, and the next one starts over the same database.
//   --stops 500
//   --lanes 2          services that are started and stopped beside each other
//   --short            two stops
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PrivatePostgres } from '../crash/stores/private-postgres.mjs';
import { freePort, isRedisInstalled, RedisServer } from '../scale/redis-server.mjs';
import { StopLane } from './stop-lane.mjs';

const { values } = parseArgs({
  options: {
    stops: { type: 'string', default: '500' },
    lanes: { type: 'string', default: '2' },
    short: { type: 'boolean', default: false },
  },
});
const stops = values.short ? 2 : Number(values.stops);
const lanes = values.short ? 1 : Number(values.lanes);
if (!(Number.isInteger(stops) && stops > 0 && lanes > 0)) throw new Error('--stops and --lanes are numbers above 0.');

const missing = PrivatePostgres.missing() ?? (isRedisInstalled() ? undefined : 'redis-server is not installed');
if (missing !== undefined) {
  console.log(`STOP RUN: left out, because ${missing}.`);
  process.exit(0);
}

const startedAt = performance.now();
const directory = mkdtempSync(join(tmpdir(), 'ip-risk-stops-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
const postgres = await PrivatePostgres.create();
await postgres.start();
const redis = await RedisServer.start(directory);
const end = async () => {
  await redis.stop();
  await postgres.remove();
};
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end().finally(() => process.exit(1)));

const results = [];
async function playLane(name) {
  const own = mkdtempSync(join(directory, `${name}-`));
  const settings = {
    DATABASE_URL: postgres.url,
    IP_RISK_DATABASE_SCHEMA: `stops_${name}`,
    REDIS_URL: redis.url,
    IP_RISK_HASH_KEY: 'the-run-of-stops-has-its-own-key',
    IP_RISK_DECISION_LOG: 'durable',
  };
  const lane = new StopLane({ directory: own, port: await freePort(), settings });
  while (results.length + started < stops) {
    started += 1;
    const result = await lane.stopOnce();
    started -= 1;
    results.push(result);
    for (const violation of result.violations) console.log(`VIOLATION stop ${results.length}: ${violation}`);
    if (results.length % 25 === 0) console.log(`  ${results.length} stops`);
  }
}
let started = 0;

try {
  await Promise.all(Array.from({ length: lanes }, (_, index) => playLane(String.fromCharCode(97 + index))));
} finally {
  await end();
}
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
const endings = results.map(({ endMs }) => endMs).sort((a, b) => a - b);
const violations = results.flatMap((result) => result.violations);
console.log(
  `STOP RUN: ${violations.length} violations, ${results.length} stops, ${total('answered')} requests answered, ` +
    `${total('refused')} refused before they were taken up, ended in ${Math.round(endings[endings.length >> 1])} ms, ` +
    `${Math.round(endings.at(-1))} ms at most, ${Math.round((performance.now() - startedAt) / 1000)} s`,
);
process.exitCode = violations.length === 0 ? 0 : 1;
