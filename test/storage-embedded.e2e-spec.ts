import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '../src/common/clock/clock.js';
import type { Database } from '../src/modules/storage/database.js';
import type { Migration } from '../src/modules/storage/migration.js';
import { createDatabase, type DatabaseOptions } from '../src/modules/storage/open-database.js';
import { DATABASES, dispose } from './support/databases.js';
import { eventually } from './support/eventually.js';
import { FakeClock } from './support/fake-clock.js';
import { NodeProcess } from './support/node-process.js';

const WRITER = 'test/support/database-writer.mjs';
const STEP: Migration = {
  version: 1,
  name: 'step 1',
  sql: (schema) => `CREATE TABLE ${schema}.written_1 (number bigint)`,
};
const embedded = DATABASES.find(({ name }) => name === 'embedded');
type Directory = DatabaseOptions & { directory: string };
let settings: Directory;
let database: Database;

const emptyDatabase = async (): Promise<Directory> => {
  if (embedded === undefined) throw new TypeError('The embedded database is always there.');
  return (await embedded.options()) as Directory;
};

const numbers = async (): Promise<number[]> =>
  (await database.query<{ number: string }>('SELECT number FROM ip_risk.written_1 ORDER BY 1')).rows.map(({ number }) =>
    Number(number),
  );

describe('an embedded database where there was none', () => {
  let parent: Directory;

  beforeAll(async () => {
    parent = await emptyDatabase();
    const directory = join(parent.directory, 'new');
    await mkdir(join(directory, 'cluster.interrupted.tmp'), { recursive: true });
    await writeFile(join(directory, 'cluster.interrupted.tmp', 'PG_VERSION'), '18');
    settings = { directory };
    database = createDatabase(settings, [STEP], systemClock);
    await database.open();
  });
  afterAll(async () => {
    await database.close();
    await dispose(parent);
  });

  it('is created beside, for nobody else to read, and over what an interrupted creation left', async () => {
    expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect((await readdir(settings.directory)).sort()).toEqual(['cluster', 'lock-1']);
    expect((await stat(settings.directory)).mode & 0o777).toBe(0o700);
  });

  it('refuses a second process, and a second database of this one, with a sentence that says what to do', async () => {
    const sentence = /^The embedded database is in use by another process.*IP_RISK_DATA_DIR.*DATABASE_URL/;
    const second = createDatabase(settings, [STEP], systemClock);
    await expect(second.open()).rejects.toMatchObject({
      code: 'STORAGE_LOCKED',
      message: expect.stringMatching(sentence),
    });
    expect(second.report()).toMatchObject({ status: 'down', reason: 'STORAGE_LOCKED' });
    await second.close();
    const other = new NodeProcess([WRITER, JSON.stringify(settings)]);
    expect(await other.exit()).toBe(0);
    expect(other.stdout).toMatch(/^STORAGE_LOCKED: The embedded database is in use/);
    expect(await numbers()).toEqual([]);
  });

  it('leaves the thread of the requests alone while it works', async () => {
    const waiting = new Set([database.query('SELECT count(*) FROM generate_series(1, 300000)')]);
    const [answer] = waiting;
    void answer?.then(() => {
      waiting.clear();
    });
    let turns = 0;
    for (; waiting.size > 0; turns += 1) await setImmediate();
    expect(turns).toBeGreaterThan(20);
  });

  it('refuses a directory that holds something else, and changes nothing in it', async () => {
    const directory = join(parent.directory, 'other');
    await mkdir(directory);
    await writeFile(join(directory, 'family.jpg'), 'x');
    await chmod(directory, 0o755);
    const wrong = createDatabase({ directory }, [], systemClock);
    await expect(wrong.open()).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringMatching(/IP_RISK_DATA_DIR\) holds something else than the embedded database/),
    });
    expect([await readdir(directory), (await stat(directory)).mode & 0o777]).toEqual([['family.jpg'], 0o755]);
    await wrong.close();
  });

  it('lets go of its directory, and leaves nothing but the files of the database', async () => {
    await database.close();
    expect(await readdir(settings.directory)).toEqual(['cluster']);
  });
});

describe('an embedded database that is disturbed', () => {
  let clock: FakeClock;

  beforeAll(async () => {
    settings = await emptyDatabase();
    clock = new FakeClock();
    database = createDatabase(settings, [STEP], clock);
    await database.query('INSERT INTO ip_risk.written_1 VALUES (1)');
  });
  afterAll(async () => {
    await database.close();
    await dispose(settings);
  });

  it('stops when its lock is gone, and goes on only after it has one again', async () => {
    const [lock = ''] = (await readdir(settings.directory)).filter((name) => name.startsWith('lock'));
    await rm(join(settings.directory, lock));
    clock.advance(2_000);
    await eventually(async () => {
      expect(await numbers()).toEqual([1]);
      expect(await readdir(settings.directory)).toContain('lock-1');
    });
  });

  it('gives a statement up that never ends, and answers the next one', async () => {
    const endless = database.query('DO $$ BEGIN LOOP END LOOP; END $$');
    const outcome = endless.then(
      () => 'answered',
      (error: unknown) => error,
    );
    await setImmediate();
    clock.advance(60_000);
    expect(await outcome).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(await numbers()).toEqual([1]);
    expect(database.report().status).toBe('up');
  });
});

describe('an embedded database whose process ends', () => {
  beforeEach(async () => {
    settings = await emptyDatabase();
    database = createDatabase(settings, [STEP], systemClock);
  });
  afterEach(async () => {
    await database.close();
    await dispose(settings);
  });

  const WRITES_ON = '100000';
  const writer = (rows: string): NodeProcess => new NodeProcess([WRITER, JSON.stringify(settings), '1', rows]);

  it('has every acknowledged row when it was killed, and is given to one of three that find its lock', async () => {
    const dead = writer(WRITES_ON);
    await dead.logged(/wrote 50\./);
    dead.stop('SIGKILL');
    expect(await dead.exit()).toBe('SIGKILL');
    const racing = Array.from({ length: 3 }, () => writer(WRITES_ON));
    const outcomes = await Promise.all(racing.map((process) => process.logged(/^(opened|STORAGE_LOCKED)/)));
    racing.forEach((process, at) => {
      if (outcomes[at]?.[1] === 'opened') process.stop('SIGKILL');
    });
    await Promise.all(racing.map((process) => process.exit()));
    expect(outcomes.map(([word]) => word).sort()).toEqual(['STORAGE_LOCKED', 'STORAGE_LOCKED', 'opened']);
    // The winner began to write from 1 as well.
    const acknowledged = [dead, ...racing].flatMap(({ stdout }) =>
      [...stdout.matchAll(/wrote (\d+)\./g)].map(([, number]) => Number(number)),
    );
    const stored = await numbers();
    const timesIn = (list: readonly number[], number: number): number => list.filter((one) => one === number).length;
    expect(acknowledged.length).toBeGreaterThanOrEqual(50);
    expect(acknowledged.filter((number) => timesIn(stored, number) < timesIn(acknowledged, number))).toEqual([]);
  });

  it('is there for the next one when nobody closed it', async () => {
    const unclosed = writer('3');
    expect([await unclosed.exit(), unclosed.stderr]).toEqual([0, '']);
    expect(await numbers()).toEqual([1, 2, 3]);
  });
});
