import { NodeProcess } from './support/node-process.js';

const MOST_MS = 120_000;

describe('a vendor that fails', () => {
  // `npm run test:faults` is the whole of it.
  it(
    'costs no request more than its deadline, and no promise',
    async () => {
      const run = new NodeProcess(['test/faults/run.mjs', '--short']);
      expect(await run.exit()).toBe(0);
      expect(run.stdout).toMatch(/^44 cells, 1600 requests/m);
      expect(run.stdout).toMatch(/^FAULT RUN: 0 violations$/m);
      expect(run.stderr).toBe('');
    },
    MOST_MS,
  );
});
