import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import { LOCK_FILE } from './lock-files.js';

const CREATOR_FILE = join(import.meta.dirname, 'create-cluster.mjs');
const CREATION_MS = 120_000;
const CLUSTER = 'cluster';
const UNFINISHED = /^cluster\.[\w-]+\.tmp$/;
/** The major version of the Postgres in the package. */
const FORMAT = '18';

/**
 * The directory of the embedded database: `cluster/` with the files of Postgres, and the lock beside it.
 *
 * @throws StorageError when there is something else in it.
 */
export async function prepareDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const foreign = (await readdir(directory)).find(
    (name) => name !== CLUSTER && !UNFINISHED.test(name) && !LOCK_FILE.test(name),
  );
  if (foreign !== undefined) {
    throw refusal('holds something else than the embedded database; name an empty one, or one that does not exist');
  }
  await chmod(directory, 0o700);
}

/** Whether the database was made before. */
export function isClusterIn(directory: string): boolean {
  return existsSync(join(directory, CLUSTER));
}

/**
 * The files of Postgres in the directory, which this process has locked. They are created where there are none.
 *
 * @param stopped ends the creation
 */
export async function clusterIn(directory: string, stopped: AbortSignal): Promise<string> {
  const cluster = join(directory, CLUSTER);
  // Of a creation that was interrupted, nothing has the name of a database.
  for (const name of await readdir(directory)) {
    if (UNFINISHED.test(name)) await rm(join(directory, name), { recursive: true, force: true });
  }
  if (!isClusterIn(directory)) await createCluster(directory, cluster, stopped);
  const format = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => '');
  if (format.trim() === FORMAT) return cluster;
  throw refusal(
    `holds a database of another format than PostgreSQL ${FORMAT}'s; open it with the release that made it, or name ` +
      'another one',
  );
}

async function createCluster(directory: string, cluster: string, signal: AbortSignal): Promise<void> {
  const unfinished = join(directory, `${CLUSTER}.${randomUUID()}.tmp`);
  try {
    const creation = [CREATOR_FILE, unfinished, '--while-stdin-is-open'];
    await promisify(execFile)(process.execPath, creation, { timeout: CREATION_MS, signal });
  } catch {
    await rm(unfinished, { recursive: true, force: true });
    throw new StorageError(
      'STORAGE_UNAVAILABLE',
      'The embedded database could not be created; see that the directory of IP_RISK_DATA_DIR can be written and has ' +
        '100 MB left, and that the process may use 1 GB of memory for a moment.',
    );
  }
  await rename(unfinished, cluster);
}

const refusal = (what: string): StorageError =>
  new StorageError('STORAGE_FAILED', `The directory of the embedded database (under IP_RISK_DATA_DIR) ${what}.`);
