// What `subject` adds to a guarded request: the same application with it and without, request by request in turn.
import { Agent, request } from 'node:http';
import { systemClock } from '../dist/common/clock/clock.js';
import { createDatabase } from '../dist/modules/storage/open-database.js';
import { MIGRATIONS } from '../dist/modules/storage/schema/migrations.js';
import { startServer } from './server-process.mjs';
import { judge, median } from './side-by-side.mjs';

const ROUNDS = 9;
const REQUESTS = 1_000;
const USERS = 500;
const MOST_MS = 3;

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1];

const timedHit = ({ port, agent }, headers) =>
  new Promise((resolve, reject) => {
    const began = performance.now();
    const sent = request({ host: '127.0.0.1', port, path: '/hit', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - began);
        else reject(new Error(`the server answers ${response.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end();
  });

async function start(recordOn, database) {
  const { child, port } = await startServer('login-server.mjs', [recordOn, JSON.stringify(database)]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const stop = () => {
    agent.destroy();
    child.kill();
  };
  return { port, agent, stop };
}

/** A check that is not made costs nothing: the logins must be there, at places that are compared. */
async function checkRecorded(options, users) {
  const database = createDatabase(options, MIGRATIONS, systemClock);
  const { rows } = await database.query(
    `SELECT count(*)::int AS logins FROM ${database.schema}.user_login_events WHERE comparable AND user_id LIKE $1`,
    [`${users}%`],
  );
  await database.close();
  const expected = REQUESTS * (ROUNDS + 1);
  const [{ logins }] = rows;
  // On a busy machine a check may miss the deadline now and then.
  if (logins < expected * 0.99) throw new Error(`${logins} of ${expected} logins were recorded`);
}

/**
 * @param database for `IpRiskModule.forRoot`.
 * @param recordOn `request`: checked and recorded in one round trip. `success`: two, one before and one after the handler;
 *   printed and not judged.
 */
export async function benchInlineTravel(name, database, recordOn = 'request') {
  const users = `inline-${recordOn}-`;
  const without = await start('none', null);
  const withSubject = await start(recordOn, database);
  const servers = [without, withSubject];
  const p95 = [[], []];
  const p50 = [[], []];
  for (let round = -1; round < ROUNDS; round += 1) {
    const times = [[], []];
    for (let index = 0; index < REQUESTS; index += 1) {
      const headers = { 'x-forwarded-for': `81.10.${index % 8}.9`, 'x-user': `${users}${(index * 7_919) % USERS}` };
      for (const side of [index % 2, 1 - (index % 2)]) times[side].push(await timedHit(servers[side], headers));
    }
    // Round -1 warms up.
    if (round < 0) continue;
    for (const side of [0, 1]) {
      p95[side].push(percentile(times[side], 0.95));
      p50[side].push(percentile(times[side], 0.5));
    }
  }
  for (const { stop } of servers) stop();
  await checkRecorded(database, users);
  const added = p95[1].map((value, round) => value - p95[0][round]);
  const range = `[${Math.min(...added).toFixed(2)}-${Math.max(...added).toFixed(2)}]`;
  console.log(
    `p95 added to a guarded request, recordOn ${recordOn}, ${name}, ms`.padEnd(64),
    `${median(added).toFixed(2)}  ${range}${recordOn === 'request' ? judge(median(added) <= MOST_MS, `goal <= ${MOST_MS}`) : ''}`,
  );
  const sides = (values) => `${median(values[0]).toFixed(2)} ms without, ${median(values[1]).toFixed(2)} ms with it`;
  console.log(`    p95: ${sides(p95)}; p50: ${sides(p50)}`);
}
