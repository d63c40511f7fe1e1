import { setTimeout } from 'node:timers/promises';
import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { NestFactory } from '@nestjs/core';
import type { Queue } from 'bullmq';
import { systemClock } from '../src/common/clock/clock.js';
import { RedisUrl } from '../src/common/redis/redis-url.js';
import type { ProcessAlert } from '../src/modules/notifications/queue/alert-queue.js';
import { ALERT_QUEUE, AlertProcessor, type AlertJob } from '../src/modules/notifications/queue/alert.processor.js';
import { BullAlertQueue } from '../src/modules/notifications/queue/bull-alert-queue.js';
import { PostgresQueueStore } from '../src/modules/notifications/queue/postgres-queue-store.js';
import { QueueStore, teachQueueStores } from '../src/modules/notifications/queue/queue-store.js';
import { RedisQueueStore } from '../src/modules/notifications/queue/redis-queue-store.js';
import type { Database } from '../src/modules/storage/database.js';
import { createDatabase } from '../src/modules/storage/open-database.js';
import { isGuestHost } from '../src/modules/storage/guest-connections.js';
import { DATABASES, dispose } from './support/databases.js';
import { eventually } from './support/eventually.js';
import { FakeClock } from './support/fake-clock.js';
import { NO_REDIS, RedisProcess } from './support/redis-process.js';

@Module({})
class StoreModule {}

/** A queue with a worker, wired as AlertsModule wires it. */
class RunningQueue {
  readonly processed: string[] = [];
  readonly lines: string[] = [];
  private constructor(
    private readonly app: INestApplicationContext,
    readonly queue: BullAlertQueue,
  ) {}

  static async open(store: QueueStore): Promise<RunningQueue> {
    teachQueueStores();
    const settings: DynamicModule = {
      module: StoreModule,
      providers: [{ provide: QueueStore, useValue: store }],
      exports: [QueueStore],
    };
    const useFactory = ({ connection }: QueueStore): { connection: QueueStore['connection'] } => ({ connection });
    const module: DynamicModule = {
      module: StoreModule,
      imports: [
        settings,
        BullModule.registerQueueAsync({ name: ALERT_QUEUE, imports: [settings], inject: [QueueStore], useFactory }),
      ],
      providers: [AlertProcessor],
    };
    const app = await NestFactory.createApplicationContext(module, { logger: false });
    const lines: string[] = [];
    const queue = new BullAlertQueue({
      queue: app.get<Queue<AlertJob>>(getQueueToken(ALERT_QUEUE)),
      processor: app.get(AlertProcessor),
      store,
      clock: systemClock,
      concurrency: 4,
      warn: (line) => lines.push(line),
    });
    return new RunningQueue(app, queue);
  }

  /** @param next what the processor answers, by how often it was asked for that alert before */
  start(next: (id: string, tries: number) => number | undefined = () => undefined): void {
    const process: ProcessAlert = (id) => {
      const tries = this.processed.filter((each) => each === id).length;
      this.processed.push(id);
      return Promise.resolve(next(id, tries));
    };
    this.queue.start(process);
  }

  async isEmpty(): Promise<void> {
    expect(await this.queue.depth()).toEqual({ waiting: 0, active: 0, delayed: 0 });
  }

  /** @returns milliseconds that the queue and the application took */
  async close(): Promise<number> {
    const began = performance.now();
    await this.queue.close(1000);
    await this.app.close();
    return performance.now() - began;
  }
}

const alert = (id: string, delayMs = 0): { id: string; delayMs: number; triesLeft: number } => ({
  id,
  delayMs,
  triesLeft: 5,
});

interface Place {
  readonly name: string;
  readonly open: () => Promise<QueueStore>;
  readonly end: () => Promise<void>;
}

const hasRedis = RedisProcess.isInstalled();
if (!hasRedis) process.stderr.write(NO_REDIS);
let redis: RedisProcess;

const inRedis: Place = {
  name: 'Redis',
  open: async () => {
    redis = await RedisProcess.start();
    return RedisQueueStore.open(RedisUrl.parse(redis.url), '{ip-risk:test}');
  },
  end: () => redis.close(),
};
const inDatabases = DATABASES.map((kind): Place => {
  let database: Database | undefined;
  return {
    name: kind.name,
    open: async () => {
      database = await kind.create([]);
      if (!isGuestHost(database)) throw new TypeError('It has no place for guests.');
      return new PostgresQueueStore(database);
    },
    end: () => dispose(database),
  };
});

describe.each([...(hasRedis ? [inRedis] : []), ...inDatabases])('the alert queue in $name', ({ open, end }) => {
  let running: RunningQueue;
  let retried: number[];

  beforeAll(async () => {
    running = await RunningQueue.open(await open());
    retried = [];
    running.start((id, tries) => {
      if (id !== 'retried') return undefined;
      retried.push(performance.now());
      return tries === 0 ? 300 : undefined;
    });
    await eventually(() => running.isEmpty());
  });
  afterAll(async () => {
    expect(await running.close()).toBeLessThan(2500);
    await end();
  });

  it('has an alert processed once, however often it is added, and again when it is added after its end', async () => {
    const added = [alert('twice', 200), alert('twice', 200), alert('once')];
    await running.queue.add(added);
    await running.queue.add(added.slice(0, 1));
    await eventually(() => {
      expect([...running.processed].sort()).toEqual(['once', 'twice']);
    });
    await eventually(() => running.isEmpty());
    await running.queue.add([alert('twice')]);
    await eventually(() => {
      expect(running.processed.filter((id) => id === 'twice')).toHaveLength(2);
    });
  });

  it('waits with a delayed alert, and tries one again when the processor says', async () => {
    const began = performance.now();
    await running.queue.add([alert('retried', 300)]);
    expect(await running.queue.depth()).toMatchObject({ delayed: 1 });
    await eventually(() => {
      expect(retried).toHaveLength(2);
    });
    const [first = 0, second = 0] = retried;
    expect(first - began).toBeGreaterThanOrEqual(299);
    expect(second - first).toBeGreaterThanOrEqual(299);
    await eventually(() => running.isEmpty());
  });
});

describe('the alert queue in an embedded database', () => {
  it('goes on, and is woken again, when the thread of the database has ended', async () => {
    const embedded = DATABASES.find(({ name }) => name === 'embedded');
    const options = await embedded?.options();
    if (options === undefined) throw new TypeError('The embedded database is always there.');
    const clock = new FakeClock();
    const database = createDatabase(options, [], clock);
    await database.open();
    if (!isGuestHost(database)) throw new TypeError('It has no place for guests.');
    const running = await RunningQueue.open(new PostgresQueueStore(database));
    running.start();
    await eventually(() => running.queue.add([alert('before')]));
    await eventually(() => {
      expect(running.processed).toEqual(['before']);
    });
    await eventually(() => running.isEmpty());
    const endless = expect(database.query('DO $$ BEGIN LOOP END LOOP; END $$')).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
    // The endless one has its turn when what the worker had asked before is answered.
    await eventually(async () => {
      clock.advance(60_000);
      await Promise.race([endless, setTimeout(10).then(() => Promise.reject(new Error('It runs.')))]);
    });
    await database.query('SELECT 1');
    await eventually(async () => {
      await running.queue.add([alert('after')]);
      expect(running.processed).toContain('after');
    });
    await eventually(() => running.isEmpty());
    const added = performance.now();
    await running.queue.add([alert('woken')]);
    await eventually(() => {
      expect(running.processed).toContain('woken');
    });
    // Without a notification it looks every 5 s.
    expect(performance.now() - added).toBeLessThan(4000);
    expect(await running.close()).toBeLessThan(2500);
    await database.close();
    await dispose(options);
  });
});

(hasRedis ? describe : describe.skip)('the alert queue where Redis is away', () => {
  it('opens at once, refuses alerts at once, works when Redis comes, and ends where it is silent', async () => {
    const server = await RedisProcess.start();
    await server.kill();
    const began = performance.now();
    const running = await RunningQueue.open(await RedisQueueStore.open(RedisUrl.parse(server.url), '{ip-risk:test}'));
    running.start();
    await expect(running.queue.add([alert('early')])).rejects.toThrow('cannot be reached');
    expect(performance.now() - began).toBeLessThan(1500);
    await server.restart();
    await eventually(async () => {
      await running.queue.add([alert('late')]);
      expect(running.processed).toEqual(['late']);
    });
    await eventually(() => running.isEmpty());
    await server.kill();
    await server.restart();
    await eventually(async () => {
      await running.queue.add([alert('later')]);
      expect(running.processed).toContain('later');
    });
    server.freeze();
    const frozen = performance.now();
    await expect(running.queue.add([alert('frozen')])).rejects.toThrow('did not answer');
    expect(performance.now() - frozen).toBeLessThan(3000);
    expect(await running.close()).toBeLessThan(2500);
    server.thaw();
    await server.close();
  });

  it('ends where Redis is gone', async () => {
    const server = await RedisProcess.start();
    const running = await RunningQueue.open(await RedisQueueStore.open(RedisUrl.parse(server.url), '{ip-risk:test}'));
    running.start();
    await eventually(() => running.isEmpty());
    await server.kill();
    await eventually(() => {
      expect(running.queue.isReachable).toBe(false);
    });
    expect(await running.close()).toBeLessThan(2500);
    await server.close();
  });
});
