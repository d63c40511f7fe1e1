// Watches the requests of every HTTP server of the process it is loaded in.
import { subscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Starvation } from '../faults/starvation.mjs';

const starvation = new Starvation();
const loopDelay = monitorEventLoopDelay({ resolution: 10 });
loopDelay.enable();
const BYTES_PER_MB = 2 ** 20;

let slowest = { ms: 0, ownMs: 0 };
let starvedBefore = 0;

/** From the request's headers to the end of its answer, by the app's own clock: a slow harness does not count. */
subscribe('http.server.request.start', ({ response }) => {
  const [startedAt, starvedMs] = [performance.now(), starvation.totalMs];
  response.once('close', () => {
    const ms = performance.now() - startedAt;
    slowest.ms = Math.max(slowest.ms, ms);
    slowest.ownMs = Math.max(slowest.ownMs, ms - (starvation.totalMs - starvedMs));
  });
});

/** Commands of every process under test. */
export const timesAndMemory = {
  /** The slowest request since the last time, and how long the process waited for a processor. */
  times: () => {
    const starvedMs = starvation.totalMs - starvedBefore;
    const answer = { slowestMs: slowest.ms, slowestOwnMs: slowest.ownMs, loopDelayMs: loopDelay.max / 1e6, starvedMs };
    slowest = { ms: 0, ownMs: 0 };
    starvedBefore += starvedMs;
    loopDelay.reset();
    return answer;
  },
  /** What garbage collection cannot give back. */
  memory: () => {
    for (let round = 0; round < 3; round += 1) globalThis.gc();
    return { rssMb: process.memoryUsage.rss() / BYTES_PER_MB, heapMb: process.memoryUsage().heapUsed / BYTES_PER_MB };
  },
};
