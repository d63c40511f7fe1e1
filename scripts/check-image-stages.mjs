// Does what the Dockerfile says without Docker, in a temporary folder: `node scripts/check-image-stages.mjs [CHECKOUT]`. It takes
// minutes, so it is no part of `npm test`. It shows that the sources are enough to build from, that the production
// packages are enough to start with, and that a user other than root can. It shows nothing of the images themselves.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const root = process.argv[2] ?? join(import.meta.dirname, '..');
const NOBODY = 65534;
const workshop = mkdtempSync(join(tmpdir(), 'ip-risk-image-'));
chmodSync(workshop, 0o755);

/** One instruction each, continued lines joined. */
const instructions = readFileSync(join(root, 'Dockerfile'), 'utf8')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);

const environment = { PATH: process.env.PATH, HOME: process.env.HOME };
const folderOf = (stage) => join(workshop, stage);
let stage = '';

function copy(words) {
  const from = words[0].startsWith('--from=') ? folderOf(words.shift().slice('--from='.length)) : root;
  const target = words.pop();
  for (const source of words) {
    const path = join(from, source.replace(/^\/app\//, ''));
    const isFolder = statSync(path).isDirectory();
    const to = join(folderOf(stage), target, isFolder || !target.endsWith('/') ? '' : basename(source));
    const isFile = target === './' && isFolder === false;
    cpSync(path, isFile ? join(folderOf(stage), source) : to, { recursive: true, verbatimSymlinks: true });
  }
}

function run(command) {
  // The image's own folders and users are not here.
  if (command.startsWith('install --directory')) return;
  const shell = command.replace(/--mount=\S+ /, '');
  console.log(`${stage}: ${shell}`);
  const { status } = spawnSync('sh', ['-c', shell], { cwd: folderOf(stage), env: environment, stdio: 'inherit' });
  if (status !== 0) throw new Error(`"${shell}" failed.`);
}

function environmentOf(words) {
  return Object.fromEntries(words.split(' ').map((word) => word.split('=')));
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

async function startAsNobody(command, variables) {
  const data = join(workshop, 'data');
  mkdirSync(data);
  chmodSync(data, 0o777);
  const PORT = String(await freePort());
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const env = { ...variables, PATH: environment.PATH, HOME: '/nonexistent', PORT, IP_RISK_DATA_DIR: data };
  const child = spawn(command[0], command.slice(1), { cwd: folderOf(stage), env, stdio: 'inherit', ...user });
  const ended = once(child, 'exit');
  const isUp = async () => (await fetch(`http://localhost:${PORT}/health/ready`).catch(() => ({}))).ok === true;
  const until = performance.now() + 60_000;
  let isReady = false;
  while (!isReady && child.exitCode === null && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    isReady = await isUp();
  }
  const answer = await fetch(`http://localhost:${PORT}/v1/fraud-score`).catch(() => undefined);
  child.kill('SIGTERM');
  const [code] = await ended;
  if (answer?.status !== 200 || code !== 0)
    throw new Error(`The service did not run: ${answer?.status}, exit ${code}.`);
}

try {
  const variables = { IP_RISK_FEEDS: 'none' };
  let command = [];
  for (const [instruction, words] of instructions) {
    if (instruction === 'FROM') {
      stage = words.split(' AS ')[1];
      mkdirSync(folderOf(stage));
    } else if (instruction === 'COPY') copy(words.split(' '));
    else if (instruction === 'RUN') run(words);
    else if (instruction === 'ENV') Object.assign(variables, environmentOf(words));
    else if (instruction === 'CMD') command = JSON.parse(words);
  }
  for (const absent of ['src', 'node_modules/typescript', 'node_modules/jest', 'dist/sandbox', '.env']) {
    if (existsSync(join(folderOf(stage), absent))) throw new Error(`${absent} is in the image.`);
  }
  await startAsNobody(command, variables);
  const { stdout } = spawnSync('du', ['-sm', folderOf(stage)], { encoding: 'utf8' });
  console.log(
    `The stages of the Dockerfile build, and what they make starts: ${stdout.split('\t')[0]} MB beside Node.js.`,
  );
} finally {
  rmSync(workshop, { recursive: true, force: true });
}
