// The crash run: logins are written as fast as they can be, kill -9 comes at a random moment, and what was acknowledged
// must be in the store, once and unchanged, on the embedded database and on a Postgres server of the run's own.
//   --rounds 100        crashes of each store
//   --store embedded    that one only: "embedded" or "postgres"
//   --short             one crash of each kind
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { playRounds } from './crash-rounds.mjs';
import { logins } from './logins/logins.mjs';
import { Report } from './report.mjs';
import { EmbeddedStore } from './stores/embedded-store.mjs';
import { PostgresStore } from './stores/postgres-store.mjs';

const STORES = { embedded: EmbeddedStore, postgres: PostgresStore };

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    store: { type: 'string' },
    short: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a number of 1 or more.');
const names = Object.keys(STORES).filter((name) => name === (values.store ?? name));
if (names.length === 0) throw new Error(`There is no such store; there is ${Object.keys(STORES).join(', ')}.`);

const report = new Report();
const directory = mkdtempSync(join(tmpdir(), 'ip-risk-crash-'));
let store;
let ending;

/** Ends what was started last, once, however often it is said. */
function stopStore() {
  ending ??= Promise.resolve(store?.stop());
  return ending;
}

async function play(Store) {
  const missing = Store.missing();
  if (missing !== undefined) return report.skipped(Store.storeName, missing);
  ending = undefined;
  store = new Store(directory);
  try {
    await store.start();
    await playRounds({ store, load: logins, rounds: values.short ? store.kills.length : rounds, report });
  } catch (error) {
    report.failed(Store.storeName, error);
  } finally {
    await stopStore();
  }
}

process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
// Whoever ends the run early ends what it started as well.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stopStore().finally(() => process.exit(1)));

for (const name of names) await play(STORES[name]);
process.exitCode = report.summary() ? 0 : 1;
