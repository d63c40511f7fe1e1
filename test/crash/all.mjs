// Both parts of the crash run, one after the other: what is stored (stores), and what is owed (alerts). Options of one part
// do not reach the other.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const PARTS = {
  stores: { file: 'run.mjs', options: ['rounds', 'store'] },
  alerts: { file: 'alerts/run.mjs', options: ['kills', 'rate'] },
};

const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    part: text,
    rounds: text,
    store: text,
    kills: text,
    rate: text,
    short: { type: 'boolean', default: false },
  },
});
for (const [name, { file, options }] of Object.entries(PARTS)) {
  if (values.part !== undefined && values.part !== name) continue;
  const given = options
    .filter((option) => values[option] !== undefined)
    .map((option) => `--${option}=${values[option]}`);
  const args = [join(import.meta.dirname, file), ...given, ...(values.short ? ['--short'] : [])];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
