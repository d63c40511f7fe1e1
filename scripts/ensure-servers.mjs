// Gets the servers and programs that tests run for real where they are missing and may be had: as root on a system with
// apt-get. Elsewhere it says how to get them, and the tests that need them are skipped. Never fails: each is one of many
// things that are tested.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const MOST_MS = 120_000;
/** `docker-compose` only reads docker-compose.yml; no engine is needed for that. */
const WANTED = [
  { name: 'redis-server', version: [['redis-server', '--version']], package: 'redis-server' },
  { name: 'nginx', version: [['nginx', '-v']], package: 'nginx-light' },
  {
    name: 'docker compose',
    version: [
      ['docker', 'compose', 'version'],
      ['docker-compose', 'version'],
    ],
    package: 'docker-compose',
  },
];

const isInstalled = ({ version }) =>
  version.some(([command, ...args]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0);

/** @returns what it wrote, where it failed. */
function apt(...args) {
  const { status, error, stdout, stderr } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    timeout: MOST_MS,
    killSignal: 'SIGKILL',
    // RUNLEVEL=1 keeps packages from starting servers of their own: the tests start theirs.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  return status === 0 ? undefined : `${stdout ?? ''}${stderr ?? ''}${error === undefined ? '' : `${error.message}\n`}`;
}

const missing = WANTED.filter((wanted) => !isInstalled(wanted));
const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
let updated = false;
for (const wanted of missing) {
  const { name, package: aptPackage } = wanted;
  if (!mayInstall) {
    console.log(
      `${name} is missing, so tests that need it are skipped: install it, on Debian "apt-get install ${aptPackage}".`,
    );
    continue;
  }
  console.log(`${name} is missing: getting it with "apt-get install ${aptPackage}".`);
  const failure = (updated ? undefined : apt('update')) ?? apt('install', '-y', '--no-install-recommends', aptPackage);
  updated ||= failure === undefined;
  if (failure !== undefined || !isInstalled(wanted)) {
    console.log(`${failure ?? ''}${name} could not be installed, so tests that need it are skipped.`);
  }
}
