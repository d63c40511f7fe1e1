import { Logger } from '@nestjs/common';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { InvalidConfigurationError, StorageError } from '../../common/errors/ip-risk.error.js';
import type { Database, DatabaseReport } from '../storage/database.js';
import { NO_DATABASE } from '../storage/no-database.js';
import type { DatabaseLocation } from './ip-risk-options.js';
import { DatabaseLifecycle } from './database.lifecycle.js';

const DAY_MS = 86_400_000;
const SERVER: DatabaseLocation = { url: 'postgres://nobody@example/none' };

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

function setUp(location: DatabaseLocation | undefined, opening: () => Promise<void> = () => Promise.resolve()) {
  const clock = new FakeClock();
  const done: string[] = [];
  let status: DatabaseReport['status'] = 'closed';
  const database: Database = {
    ...NO_DATABASE,
    open: async () => {
      done.push('open');
      await opening();
      status = 'up';
    },
    report: () => ({ kind: 'postgres', status, downSince: undefined, reason: undefined }),
    close: () => Promise.resolve(void done.push('close')),
  };
  let retaining: () => Promise<unknown> = () => Promise.resolve();
  const daily = [
    { failure: 'Logins are not cleared up', run: () => (done.push('retention'), retaining()) },
    { failure: 'The list is not filled', run: () => Promise.resolve(void done.push('asns')) },
  ];
  const decisions = { close: () => Promise.resolve(void done.push('decisions')) };
  const options = { providers: [], ...(location === undefined ? {} : { database: location }) };
  const lifecycle = new DatabaseLifecycle(options, database, clock, daily, decisions);
  return {
    clock,
    done,
    lifecycle,
    fail: (error: Error) => (retaining = () => Promise.reject(error)),
    open: () => (status = 'up'),
  };
}

describe('DatabaseLifecycle', () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  it('opens the database at the start and closes it at the end, once decisions are written', async () => {
    const { clock, done, lifecycle } = setUp(SERVER);
    await lifecycle.onModuleInit();
    await lifecycle.onApplicationShutdown();
    expect([done, clock.pending]).toEqual([['open', 'decisions', 'close'], 0]);
  });

  it('does nothing where there is none', async () => {
    const { clock, done, lifecycle } = setUp(undefined);
    await lifecycle.onModuleInit();
    expect([done, clock.pending]).toEqual([[], 0]);
  });

  it('waits a second for one that is slow, and starts without it', async () => {
    const { clock, lifecycle } = setUp(SERVER, () => new Promise(() => undefined));
    const started = lifecycle.onModuleInit();
    await settled();
    clock.advance(1000);
    await expect(started).resolves.toBeUndefined();
  });

  it('starts without one that is away', async () => {
    const away = () => Promise.reject(new StorageError('STORAGE_UNAVAILABLE', 'away'));
    await expect(setUp(SERVER, away).lifecycle.onModuleInit()).resolves.toBeUndefined();
  });

  it.each([
    new StorageError('STORAGE_LOCKED', 'in use'),
    new StorageError('STORAGE_FAILED', 'no'),
    new InvalidConfigurationError('too old'),
  ])('stops the start for what does not end by itself: $message', async (error) => {
    const { lifecycle } = setUp(SERVER, () => Promise.reject(error));
    await expect(lifecycle.onModuleInit()).rejects.toBe(error);
  });

  it('leaves a database alone that is to be made with the first login', async () => {
    const missing = { directory: '/nowhere/ip-risk', isMadeWhenNeeded: true };
    const { clock, done, lifecycle, open } = setUp(missing);
    await lifecycle.onModuleInit();
    clock.advance(5000);
    await settled();
    expect(done).toEqual([]);
    open();
    clock.advance(5000);
    await settled();
    expect(done).toEqual(['retention', 'asns']);
    await lifecycle.onApplicationShutdown();
  });

  it('does the upkeep soon after the start and then every day, also when the clock was set back', async () => {
    const { clock, done, lifecycle } = setUp(SERVER);
    await lifecycle.onModuleInit();
    const upkeeps = async (ms: number): Promise<number> => {
      const before = done.length;
      for (let gone = 0; gone < ms; gone += 5000) {
        clock.advance(5000);
        await settled();
      }
      return done.slice(before).filter((what) => what === 'retention').length;
    };
    expect(await upkeeps(5000)).toBe(1);
    expect(await upkeeps(DAY_MS - 5000)).toBe(0);
    expect(await upkeeps(10_000)).toBe(1);
    await lifecycle.onApplicationShutdown();
  });

  it('tries again tomorrow after a failure', async () => {
    const { clock, done, lifecycle, fail } = setUp(SERVER);
    fail(new StorageError('STORAGE_FAILED', 'no'));
    await lifecycle.onModuleInit();
    clock.advance(5000);
    await settled();
    clock.advance(DAY_MS - 1);
    await settled();
    clock.advance(5001);
    await settled();
    expect(done.filter((what) => what === 'retention')).toHaveLength(2);
    await lifecycle.onApplicationShutdown();
    expect(clock.pending).toBe(0);
  });
});
