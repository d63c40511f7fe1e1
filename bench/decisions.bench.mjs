// Throughput of a guarded route with the decision log on against the same route with the log off, over a real Postgres.
import { postgresSchema } from './bench-postgres.mjs';
import { load, startServer } from './server-process.mjs';
import { median, ratio, show } from './side-by-side.mjs';

const ROUNDS = 9;
const GOAL = 0.9;
const LOADS = {
  'one address': { addresses: ['8.8.8.8'], goal: GOAL },
  '500 addresses': {
    addresses: Array.from({ length: 500 }, (_, index) => `8.8.${index >> 8}.${index & 255}`),
    goal: undefined,
  },
};

export async function benchDecisions() {
  const postgres = await postgresSchema('decisions');
  if (postgres === undefined) return;
  const { url, schema, drop } = postgres;
  const withLog = (mode) => ({ BENCH_DATABASE: JSON.stringify({ url, schema }), BENCH_DECISION_LOG: mode });
  const off = await startServer('guarded-server.mjs', ['fastify', 'ip-risk'], withLog('off'));
  const batched = await startServer('guarded-server.mjs', ['fastify', 'ip-risk'], withLog('batched'));
  try {
    for (const [name, { addresses, goal }] of Object.entries(LOADS)) {
      const rounds = [];
      for (let round = -1; round < ROUNDS; round += 1) {
        // At the same time: noise on the machine meets both alike.
        const [ofOff, ofBatched] = await Promise.all([load(off, addresses), load(batched, addresses)]);
        if (round >= 0) rounds.push({ ofOff, ofBatched });
      }
      for (const [unit, key, wanted] of [
        ['requests/s', 'perSecond', goal],
        ['requests/CPU s of the server', 'perCpuSecond', undefined],
      ]) {
        const [top, bottom] = ['ofBatched', 'ofOff'].map((side) => rounds.map((round) => round[side][key]));
        show(`guarded, log on / log off, ${name}, ${unit}`, ratio(top, bottom), wanted);
        console.log(`    medians: off ${Math.round(median(bottom))}, on ${Math.round(median(top))}`);
      }
    }
  } finally {
    for (const { child } of [off, batched]) child.kill();
    await drop();
  }
}
