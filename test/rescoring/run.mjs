// Logs random decisions through the built package's own log, reads all of them back and decides again by what is stored.
//   --count 100000    decisions
//   --seed 1          other decisions
// DATABASE_URL names a Postgres, where the run makes a schema of its own and drops it; without it an embedded database in
// a directory of its own is used. Exits with 1 for a single difference.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../dist/common/clock/clock.js';
import { parseIpAddress } from '../../dist/common/ip/ip-address.js';
import { OutcomeAssessor } from '../../dist/modules/assessment/outcome-assessor.js';
import { DecisionLog } from '../../dist/modules/decisions/decision-log.js';
import { DecisionReader } from '../../dist/modules/decisions/reading/decision-reader.js';
import { rescore } from '../../dist/modules/decisions/rescoring/rescore.js';
import { decide, decideSkipped, decideUnknownClient, decideUnrecorded } from '../../dist/modules/policy/decide.js';
import { digested } from '../../dist/modules/policy/policy-digest.js';
import { FACT_NAMES, NO_FACTS } from '../../dist/modules/providers/ip-intelligence.js';
import { createDatabase } from '../../dist/modules/storage/open-database.js';
import { MIGRATIONS } from '../../dist/modules/storage/schema/migrations.js';
import { differences, randomDecisions } from './random-decisions.mjs';

const ENGINE = {
  decide,
  decideSkipped,
  decideUnknownClient,
  decideUnrecorded,
  digested,
  parseIpAddress,
  OutcomeAssessor,
  FACT_NAMES,
  NO_FACTS,
};
const MOST_WAITING = 5000;
const PAGE = 1000;
const MOST_LINES = 10;

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed)) {
  throw new Error('--count is a number of 1 or more, --seed a whole number.');
}

const url = process.env['DATABASE_URL'] ?? '';
const directory = url === '' ? mkdtempSync(join(tmpdir(), 'ip-risk-rescoring-')) : undefined;
const options =
  directory === undefined
    ? { url, schema: `rescoring_${randomBytes(6).toString('hex')}` }
    : { directory: join(directory, 'database') };
const database = createDatabase(options, MIGRATIONS, systemClock);
const kept = { database, clock: systemClock, hashKey: undefined, retentionDays: 90 };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Never more at once than fit into memory with all they say. */
async function logAll() {
  const warn = (line) => console.error(line);
  const log = new DecisionLog({ ...kept, mode: 'batched', outbox: undefined, addressDays: 30, warn });
  for (const event of randomDecisions(count, seed, ENGINE)) {
    while (log.report().waiting >= MOST_WAITING) await pause(20);
    log.record(event);
  }
  await log.close(600_000);
  const { recorded, summarised, lost, reason } = log.report();
  if (recorded !== count || summarised > 0 || lost > 0) {
    throw new Error(
      `${recorded} of ${count} decisions were written, ${summarised} of them only counted. ${reason ?? ''}`,
    );
  }
}

/** By their routes; the events are made again instead of being kept. */
async function readAll() {
  const reader = new DecisionReader(kept);
  const byRoute = new Map();
  for (let before; ;) {
    const { decisions, next } = await reader.list({ limit: PAGE, before });
    for (const logged of decisions) byRoute.set(logged.route, { logged, rescored: rescore(logged) });
    if (next === undefined) return byRoute;
    before = next;
  }
}

let isSame = false;
try {
  const startedAt = performance.now();
  await logAll();
  const loggedAt = performance.now();
  const byRoute = await readAll();
  const causes = {};
  const found = [];
  for (const event of randomDecisions(count, seed, ENGINE)) {
    const known = byRoute.get(event.route);
    causes[event.decision.cause] = (causes[event.decision.cause] ?? 0) + 1;
    found.push(
      ...(known === undefined ? [`${event.route} is missing`] : differences(event, known.logged, known.rescored)),
    );
  }
  const [writing, reading] = [loggedAt - startedAt, performance.now() - loggedAt].map((ms) => (ms / 1000).toFixed(1));
  console.log(
    `${database.report().kind}: ${count} decisions written in ${writing} s, read and re-scored in ${reading} s.`,
  );
  console.log(`By cause: ${JSON.stringify(causes)}.`);
  console.log(`On record: ${byRoute.size}. Differences: ${found.length}.`);
  for (const line of found.slice(0, MOST_LINES)) console.log(`  ${line}`);
  isSame = byRoute.size === count && found.length === 0;
} finally {
  if (directory === undefined) await database.query(`drop schema if exists ${database.schema} cascade`);
  await database.close();
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
}
process.exitCode = isSame ? 0 : 1;
