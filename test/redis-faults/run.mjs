// The Redis fault run: every fault x at boot and mid-load x guarded routes and the service, held against the promises.
//   --short             fewer requests, faults and shutdowns
//   --fault frozen      that fault only, and no shutdowns
//   --subject service   that one only: "guarded app" or "service"
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CanarySearch, plantKey } from '../faults/canaries.mjs';
import { Child } from '../faults/child.mjs';
import { runCell } from './cell.mjs';
import { FAULTS, HEALTHY, MOMENTS, SHORT_ROUND, SHUTDOWN_FAULTS } from './fault-matrix.mjs';
import { isRedisInstalled, NO_REDIS } from './private-redis.mjs';
import { Report } from './report.mjs';
import { shutDown } from './shutdown.mjs';
import { GuardedApp, Service } from './subjects.mjs';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    fault: { type: 'string' },
    subject: { type: 'string' },
  },
});
const { short: isShort, fault: onlyFault, subject: onlySubject } = values;
const SHUTDOWNS = 10;
const requests = isShort ? 150 : 1_000;

if (isRedisInstalled()) await run();
else console.log(NO_REDIS);

async function run() {
  const directory = mkdtempSync(join(tmpdir(), 'ip-risk-redis-faults-'));
  const redis = new Child(join(import.meta.dirname, 'redis-process.mjs'), directory);
  const sandbox = new Child('sandbox-process.mjs', directory);
  const [password, key] = [plantKey('redis'), plantKey('ipstack')];
  const stage = { directory, redis, sandbox, key: key.key, canaries: new CanarySearch([password, key]) };
  const subjects = [new GuardedApp(stage), new Service(stage)];
  try {
    stage.redisUrl = await redis.ask('start', { password: password.key });
    stage.baseUrl = (await sandbox.ask('base-urls')).ipstack;
    process.exitCode = (await judged(stage, subjects)) ? 0 : 1;
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
    await Promise.all([redis.stop(), sandbox.stop()]);
    rmSync(directory, { recursive: true, force: true });
  }
}

async function judged(stage, subjects) {
  const report = new Report({ requests });
  for (const subject of subjects.filter(({ name }) => name === (onlySubject ?? name))) {
    report.cell(await runCell(stage, subject, HEALTHY, 'mid-load', requests));
    for (const fault of faultsToPlay()) {
      const moments = isShort ? SHORT_ROUND.momentsOf(subject.name) : MOMENTS;
      for (const moment of moments) report.cell(await runCell(stage, subject, fault, moment, requests));
    }
  }
  const service = subjects.find(({ name }) => name === 'service');
  for (let round = 0; round < shutdownsToDo(); round += 1) {
    const fault = SHUTDOWN_FAULTS[round % SHUTDOWN_FAULTS.length];
    // Five faults and two moments take turns, so that each meets each.
    report.shutdown(await shutDown(stage, service, fault, MOMENTS[Math.floor(round / SHUTDOWN_FAULTS.length) % 2]));
  }
  report.canaries(stage.canaries);
  return report.summary();
}

function faultsToPlay() {
  const faults = FAULTS.filter(({ name }) =>
    onlyFault === undefined ? !isShort || SHORT_ROUND.faults.includes(name) : name === onlyFault,
  );
  if (faults.length === 0) throw new Error('There is no such fault.');
  return faults;
}

function shutdownsToDo() {
  if (onlyFault !== undefined) return 0;
  return isShort ? SHORT_ROUND.shutdowns : SHUTDOWNS;
}
