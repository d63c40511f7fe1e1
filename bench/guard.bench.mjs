// Throughput of a guarded route with a cached address against the same route with a guard that does nothing.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { median, ratio, show, sideBySide } from './side-by-side.mjs';

const ROUNDS = 15;
/** The service's own adapter has a goal; Express is shown beside it. */
const GOALS = { fastify: 0.9, express: undefined };

const start = (adapter, guard) =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'guarded-server.mjs'), [adapter, guard]);
    child.once('message', (port) => resolve({ child, port }));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });

const load = async ({ port }) => {
  const { requests, non2xx, errors } = await autocannon({
    url: `http://127.0.0.1:${port}/hit`,
    connections: 32,
    duration: 1,
    headers: { 'x-forwarded-for': '8.8.8.8' },
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx} answers that are not 2xx, ${errors} errors`);
  return requests.average;
};

export async function benchGuard() {
  for (const adapter of ['fastify', 'express']) {
    const servers = { noop: await start(adapter, 'noop'), guarded: await start(adapter, 'ip-risk') };
    const results = await sideBySide(ROUNDS, {
      noop: () => load(servers.noop),
      guarded: () => load(servers.guarded),
    });
    for (const { child } of Object.values(servers)) child.kill();
    show(`guarded / no-op guard, ${adapter}, requests/s`, ratio(results.guarded, results.noop), GOALS[adapter]);
    console.log(
      `    medians: no-op ${Math.round(median(results.noop))}/s, guarded ${Math.round(median(results.guarded))}/s`,
    );
  }
}
