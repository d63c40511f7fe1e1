// The guarded apps' process. First, as in main.ts: the service's own settings of V8.
import '../../dist/favour-memory.js';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { answerCommands } from '../faults/child.mjs';
import { startGuardedApp } from '../faults/guarded-app.mjs';
import { timesAndMemory } from './request-times.mjs';

let app;

answerCommands({
  ...timesAndMemory,
  start: async (settings) => {
    app = await startGuardedApp(new FastifyAdapter(), settings);
    return app.url;
  },
  close: () => app.close(),
});
