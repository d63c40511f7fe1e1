// The scale run: what holds for one request holds for a million of them, over processes that share Redis.
//   --short              a few seconds for each part
//   --only storm,site    those parts only
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cluster } from './cluster.mjs';
import { memory } from './memory.mjs';
import { poison } from './poison.mjs';
import { isRedisInstalled } from './redis-server.mjs';
import { Report } from './report.mjs';
import { site } from './site.mjs';
import { spellings } from './spellings.mjs';
import { Stage } from './stage.mjs';
import { storm } from './storm.mjs';

const PARTS = { storm, spellings, poison, memory, site, cluster };

const { values } = parseArgs({
  options: { short: { type: 'boolean', default: false }, only: { type: 'string' } },
});

const names = values.only === undefined ? Object.keys(PARTS) : values.only.split(',');
const unknown = names.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0)
  throw new Error(`There is no part ${unknown.join(', ')}; there is ${Object.keys(PARTS).join(', ')}.`);

/** Milliseconds before a part whose failure may be the machine's runs again. */
const PAUSES_MS = [2_000, 10_000];

let stage;
let ending;
// Whoever ends the run early ends what it started as well, however often they say so.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    ending ??= Promise.resolve(stage?.close()).finally(() => process.exit(1));
  });
}

async function runPart(name, report) {
  for (let repeats = 0; ; repeats += 1) {
    stage = new Stage();
    try {
      await PARTS[name](stage, report, values.short);
    } catch (error) {
      report.failed(error);
    } finally {
      await stage.close();
    }
    const pause = PAUSES_MS[repeats];
    if (!report.partEnded(pause !== undefined)) return;
    await wait(pause);
  }
}

if (!isRedisInstalled()) {
  console.log(
    'redis-server is not installed, so nothing was run; "node scripts/ensure-servers.mjs" says how to get it.',
  );
} else {
  const report = new Report();
  for (const name of names) await runPart(name, report);
  process.exitCode = report.summary() ? 0 : 1;
}
