import { NodeProcess } from './support/node-process.js';

const MOST_MS = 180_000;

/** The whole of each of these is a script of its own; here is a short round. */
const RUNS = [
  ['test/crash/alerts/run.mjs', /^ALERT CRASH RUN: (0 violations, 4 kills|left out, because)/m],
  ['test/storm/run.mjs', /^STORM RUN: (0 violations|left out, because)/m],
  ['test/stops/run.mjs', /^STOP RUN: (0 violations, 2 stops|left out, because)/m],
] as const;

describe('alerts and decisions', () => {
  it.each(RUNS)(
    'keep what %s asks of them, in a short round',
    async (file, kept) => {
      const run = new NodeProcess([file, '--short']);
      const code = await run.exit();
      expect(run.stdout).toMatch(kept);
      expect(run.stdout).not.toMatch(/^VIOLATION/m);
      expect(code).toBe(0);
    },
    MOST_MS,
  );
});
