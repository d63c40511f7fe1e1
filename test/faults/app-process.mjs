// The process of the guarded apps: its memory, output and event loop are theirs alone. Argument: fastify | express.
// First, as in main.ts: the service's own settings of V8, without which garbage hides what is kept.
import '../../dist/favour-memory.js';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { answerCommands } from './child.mjs';
import { startGuardedApp } from './guarded-app.mjs';

const [adapterName] = process.argv.slice(2);
const { ExpressAdapter, FastifyAdapter } = await import(`@nestjs/platform-${adapterName}`);
const newAdapter = () => (adapterName === 'fastify' ? new FastifyAdapter() : new ExpressAdapter());

const apps = new Map();
const loopDelay = monitorEventLoopDelay({ resolution: 10 });
loopDelay.enable();

const BYTES_PER_MB = 2 ** 20;
const rssMb = () => process.memoryUsage.rss() / BYTES_PER_MB;
let peakRssMb = 0;
setInterval(() => {
  peakRssMb = Math.max(peakRssMb, rssMb());
}, 20).unref();

answerCommands({
  start: async (settings) => {
    const app = await startGuardedApp(newAdapter(), settings);
    apps.set(settings.vendor, app);
    loopDelay.reset();
    return app.url;
  },
  report: ({ vendor }) => ({ ...apps.get(vendor).report(), loopDelayMs: loopDelay.max / 1e6 }),
  close: async ({ vendor }) => {
    await apps.get(vendor).close();
    apps.delete(vendor);
  },
  /** What garbage collection cannot give back. */
  memory: () => {
    for (let round = 0; round < 3; round += 1) globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    const answer = { rssMb: rssMb(), peakRssMb, heapMb: heapUsed / BYTES_PER_MB, externalMb: external / BYTES_PER_MB };
    peakRssMb = 0;
    return answer;
  },
});
