// The same clients in ten spellings, many times at once and at two processes: each is looked up once.
import { addressOf, spellingsOf } from './addresses.mjs';
import { latencies } from './report.mjs';
import { openLines, scoreOf } from './wire-client.mjs';

const VENDORS = ['ipstack', 'abuseipdb'];
const SPELLINGS = 10;
const CONCURRENT = 20;
const PROCESSES = 2;
/** As in the storm: everything runs on the processors of one machine. */
const DEADLINE_MS = 5_000;
/** Clients that come at the same time, each on connections of its own. */
const CLIENTS_AT_ONCE = 4;

export async function spellings(stage, report, isShort) {
  const clients = isShort ? 25 : 1_000;
  const requests = clients * SPELLINGS * CONCURRENT * PROCESSES;
  report.part(
    'spellings',
    `${clients} clients x ${SPELLINGS} spellings x ${CONCURRENT} at once x ${PROCESSES} processes = ${requests} requests, deadline ${DEADLINE_MS} ms`,
  );
  await stage.startSandbox();
  const redis = await stage.redis();
  const settings = { REDIS_URL: redis.url, IP_RISK_DEADLINE_MS: String(DEADLINE_MS) };
  const services = await stage.services(PROCESSES, VENDORS, settings);
  const ports = services.map(({ port }) => port);
  const tally = { statuses: new Map(), times: new Float64Array(requests), count: 0, differing: 0 };
  let client = 0;
  const startedAt = performance.now();
  const work = async () => {
    const lines = await openLines(ports, SPELLINGS * CONCURRENT * PROCESSES);
    while (client < clients) await comeAs(addressOf(client++), lines, tally);
    for (const line of lines) line.close();
  };
  await Promise.all(Array.from({ length: Math.min(CLIENTS_AT_ONCE, clients) }, work));
  const seconds = (performance.now() - startedAt) / 1000;
  report.figure(`${Math.round(requests / seconds)} requests a second; ${latencies(tally.times)}`);
  for (const vendor of VENDORS) {
    const calls = await stage.lookupsAt(vendor);
    report.promise(`${clients} calls of ${vendor}`, calls === clients, `${calls}`, true);
  }
  const statuses = [...tally.statuses].map(([status, count]) => `${status} x ${count}`).join(', ');
  report.promise('every request is answered 200 with a score', tally.statuses.get('200') === requests, statuses, true);
  report.promise(
    'every spelling has the score of the others',
    tally.differing === 0,
    `${tally.differing} clients differ`,
  );
}

/** All spellings at once, twenty times each at both processes: lines go to the processes by turns. */
async function comeAs(address, lines, tally) {
  const written = spellingsOf(address).map((spelling) => scoreOf(spelling));
  const answers = await Promise.all(lines.map((line, index) => line.ask(written[(index >>> 1) % SPELLINGS])));
  const scores = new Set();
  for (const { status, text, ms } of answers) {
    const score = status === 200 ? JSON.parse(text).score : null;
    const outcome = status === 200 && score === null ? '200 without a score' : String(status);
    tally.statuses.set(outcome, (tally.statuses.get(outcome) ?? 0) + 1);
    tally.times[tally.count++] = ms;
    scores.add(score);
  }
  if (scores.size !== 1) tally.differing += 1;
}
