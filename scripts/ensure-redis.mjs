// Gets redis-server for the tests where it is missing and may be had: as root on a system with apt-get. Elsewhere it says
// how to get it, and the tests that need it are skipped. Never fails: Redis is one of many things that are tested.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const MOST_MS = 120_000;
const PACKAGE = 'redis-server';

const isInstalled = () => spawnSync(PACKAGE, ['--version'], { stdio: 'ignore' }).status === 0;

/** @returns what it wrote, where it failed. */
function apt(...args) {
  const { status, error, stdout, stderr } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    timeout: MOST_MS,
    killSignal: 'SIGKILL',
    // RUNLEVEL=1 keeps the package from starting a server of its own: the tests start theirs.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  return status === 0 ? undefined : `${stdout ?? ''}${stderr ?? ''}${error === undefined ? '' : `${error.message}\n`}`;
}

if (!isInstalled()) {
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!mayInstall) {
    console.log(
      'redis-server is missing, so tests that need it are skipped: install it, on Debian "apt-get install redis-server".',
    );
  } else {
    console.log('redis-server is missing: getting it with "apt-get install redis-server".');
    const failure = apt('update') ?? apt('install', '-y', '--no-install-recommends', PACKAGE);
    if (failure !== undefined || !isInstalled()) {
      console.log(`${failure ?? ''}redis-server could not be installed, so tests that need it are skipped.`);
    }
  }
}
