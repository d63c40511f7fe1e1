// Throughput of a guarded route with a cached address against the same route with a guard that does nothing.
import { load, startServer } from './server-process.mjs';
import { median, ratio, show } from './side-by-side.mjs';

const ROUNDS = 11;
const GOAL = 0.95;

export async function benchGuard() {
  for (const adapter of ['fastify', 'express']) {
    const noop = await startServer('guarded-server.mjs', [adapter, 'noop']);
    const guarded = await startServer('guarded-server.mjs', [adapter, 'ip-risk']);
    const rounds = [];
    for (let round = -1; round < ROUNDS; round += 1) {
      // At the same time: noise on the machine meets both alike.
      const [ofNoop, ofGuarded] = await Promise.all([load(noop), load(guarded)]);
      // Round -1 warms up.
      if (round >= 0) rounds.push({ ofNoop, ofGuarded });
    }
    for (const { child } of [noop, guarded]) child.kill();
    // With a processor less than there are processes, a slow client hides a part of the guard: see both.
    for (const [unit, name, goal] of [
      ['requests/s', 'perSecond', GOAL],
      ['requests/CPU s of the server', 'perCpuSecond', undefined],
    ]) {
      const [top, bottom] = ['ofGuarded', 'ofNoop'].map((side) => rounds.map((round) => round[side][name]));
      show(`guarded / no-op guard, ${adapter}, ${unit}`, ratio(top, bottom), goal);
      console.log(`    medians: no-op ${Math.round(median(bottom))}, guarded ${Math.round(median(top))}`);
    }
  }
}
