// Compiles src/ to dist/ and puts the viewer of /docs beside it, so that no user of the package installs swagger-ui-dist.
// With --if-stale it does nothing when dist/ is newer than every source file and than this script.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const built = join(root, 'dist', 'main.js');
const VIEWER_FILES = [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'LICENSE',
  'NOTICE',
];

const newestSource = () =>
  Math.max(
    statSync(import.meta.filename).mtimeMs,
    statSync(join(root, 'tsconfig.build.json')).mtimeMs,
    ...readdirSync(join(root, 'src'), { recursive: true }).map((name) => statSync(join(root, 'src', name)).mtimeMs),
  );

// An installed package has dist/ and no src/: there is nothing to build.
if (!existsSync(join(root, 'src'))) process.exit(0);
const ifStale = process.argv.includes('--if-stale');
if (ifStale && existsSync(built) && statSync(built).mtimeMs >= newestSource()) {
  process.exit(0);
}

/** The file of an installed package, or `undefined` without the package. */
const installed = (file) => {
  try {
    return createRequire(import.meta.url).resolve(file);
  } catch {
    return undefined;
  }
};
const tsc = installed('typescript/bin/tsc');
if (tsc === undefined) {
  console.error('TypeScript is not installed, so dist/ was not built. Run "npm ci" with dev dependencies to build.');
  // `npm ci --omit=dev` also runs "prepare", and must not fail by it. What comes with --if-stale needs a dist/ to run.
  process.exit(ifStale && !existsSync(built) ? 1 : 0);
}
const viewer = installed('swagger-ui-dist/package.json');
if (viewer === undefined) {
  console.error(
    'swagger-ui-dist is not installed, so dist/ was not built. Run "npm ci" with dev dependencies to build.',
  );
  process.exit(1);
}
// Beside and then renamed: a process that starts meanwhile finds the old build or the new one, never half of one.
const unfinished = join(root, `dist.${process.pid}.tmp`);
const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', unfinished];
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
if (status === 0) {
  // What Node.js runs as it is: threads and processes of their own.
  for (const name of readdirSync(join(root, 'src'), { recursive: true }).filter((name) => name.endsWith('.mjs'))) {
    copyFileSync(join(root, 'src', name), join(unfinished, name));
  }
  mkdirSync(join(unfinished, 'swagger-ui'));
  for (const name of VIEWER_FILES) copyFileSync(join(dirname(viewer), name), join(unfinished, 'swagger-ui', name));
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  renameSync(unfinished, join(root, 'dist'));
} else {
  rmSync(unfinished, { recursive: true, force: true });
}
process.exit(status ?? 1);
