import { NodeProcess } from './support/node-process.js';

const MOST_MS = 180_000;

describe('a process or a database that is killed', () => {
  // `npm run test:crash` is the whole of it.
  it(
    'loses no login that was acknowledged, and opens again by itself',
    async () => {
      const run = new NodeProcess(['test/crash/run.mjs', '--short']);
      const code = await run.exit();
      expect(run.stdout).toMatch(/^CRASH RUN: 0 violations in /m);
      expect(code).toBe(0);
      expect(run.stdout).toMatch(/^embedded: 1 crash and 1 while it opened, [1-9]\d* logins acknowledged, /m);
      // Where it cannot be played, the line says why.
      const postgres =
        /^postgres: (?:left out, because .*|3 crashes and 1 while it opened, [1-9]\d* logins acknowledged, .*; 2 outages, .*)$/m;
      expect(run.stdout).toMatch(postgres);
      if (/^postgres: left out.*$/m.exec(run.stdout) !== null)
        process.stderr.write(`${String(postgres.exec(run.stdout)?.[0])}\n`);
      expect(run.stderr).toBe('');
    },
    MOST_MS,
  );
});
