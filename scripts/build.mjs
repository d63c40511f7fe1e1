// Compiles src/ to dist/. With --if-stale it does nothing when dist/ is newer than every source file.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const built = join(root, 'dist', 'main.js');

const newestSource = () =>
  Math.max(
    statSync(join(root, 'tsconfig.build.json')).mtimeMs,
    ...readdirSync(join(root, 'src'), { recursive: true }).map((name) => statSync(join(root, 'src', name)).mtimeMs),
  );

// An installed package has dist/ and no src/: there is nothing to build.
if (!existsSync(join(root, 'src'))) process.exit(0);
if (process.argv.includes('--if-stale') && existsSync(built) && statSync(built).mtimeMs >= newestSource()) {
  process.exit(0);
}

let tsc;
try {
  tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
} catch {
  // `npm ci --omit=dev` also runs "prepare": production installs ship a dist/ built before.
  console.error('TypeScript is not installed, so dist/ was not rebuilt. Run "npm ci" with dev dependencies to build.');
  process.exit(existsSync(built) ? 0 : 1);
}
// Beside and then renamed: a process that starts meanwhile finds the old build or the new one, never half of one.
const unfinished = join(root, `dist.${process.pid}.tmp`);
const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', unfinished];
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
if (status === 0) {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  renameSync(unfinished, join(root, 'dist'));
} else {
  rmSync(unfinished, { recursive: true, force: true });
}
process.exit(status ?? 1);
