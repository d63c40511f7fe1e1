// Throughput of a guarded route with a cached address against the same route with a guard that does nothing.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { median, ratio, show } from './side-by-side.mjs';

const ROUNDS = 11;
/** The service's own adapter has a goal; Express is shown beside it. */
const GOALS = { fastify: 0.9, express: undefined };

const start = (adapter, guard) =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'guarded-server.mjs'), [adapter, guard]);
    child.once('message', (port) => resolve({ child, port }));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });

const cpuSeconds = ({ child }) =>
  new Promise((resolve) => {
    child.once('message', resolve);
    child.send('cpu');
  });

/** Requests a second, and requests for each second of the server's own CPU, which a slow client cannot hide. */
const load = async (server) => {
  const before = await cpuSeconds(server);
  const { requests, non2xx, errors } = await autocannon({
    url: `http://127.0.0.1:${server.port}/hit`,
    connections: 32,
    duration: 2,
    headers: { 'x-forwarded-for': '8.8.8.8' },
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx} answers that are not 2xx, ${errors} errors`);
  return { perSecond: requests.average, perCpuSecond: requests.total / ((await cpuSeconds(server)) - before) };
};

export async function benchGuard() {
  for (const adapter of ['fastify', 'express']) {
    const noop = await start(adapter, 'noop');
    const guarded = await start(adapter, 'ip-risk');
    const rounds = [];
    for (let round = -1; round < ROUNDS; round += 1) {
      // At the same time: noise on the machine meets both alike.
      const [ofNoop, ofGuarded] = await Promise.all([load(noop), load(guarded)]);
      // Round -1 warms up.
      if (round >= 0) rounds.push({ ofNoop, ofGuarded });
    }
    for (const { child } of [noop, guarded]) child.kill();
    for (const [unit, name, goal] of [
      ['requests/s', 'perSecond', GOALS[adapter]],
      ['requests/CPU s of the server', 'perCpuSecond', undefined],
    ]) {
      const [top, bottom] = ['ofGuarded', 'ofNoop'].map((side) => rounds.map((round) => round[side][name]));
      show(`guarded / no-op guard, ${adapter}, ${unit}`, ratio(top, bottom), goal);
      console.log(`    medians: no-op ${Math.round(median(bottom))}, guarded ${Math.round(median(top))}`);
    }
  }
}
