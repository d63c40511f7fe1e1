// Both parts of the crash run, one after the other: what is stored (stores), and what is owed (alerts).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PARTS = ['run.mjs', 'alerts/run.mjs'];

for (const part of PARTS) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, part)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
