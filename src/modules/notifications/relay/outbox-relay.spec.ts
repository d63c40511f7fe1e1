import { setImmediate } from 'node:timers/promises';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { StorageError } from '../../../common/errors/ip-risk.error.js';
import type { QueuedAlert } from '../../alerting/outbox/alert-deliveries.js';
import type { DatabaseStatus } from '../../storage/database.js';
import { QueueError } from '../queue/alert-queue.js';
import { OutboxRelay } from './outbox-relay.js';

const alerts = (count: number): QueuedAlert[] =>
  Array.from({ length: count }, (_, index) => ({ id: `alert-${index}`, delayMs: 0, triesLeft: 3 }));

describe('the relay of the outbox', () => {
  let clock: FakeClock;
  let status: DatabaseStatus;
  let isReachable: boolean;
  let owed: QueuedAlert[];
  let added: QueuedAlert[][];
  let add: () => Promise<void>;
  let takes: number;
  let begun: number;
  let swept: number;
  let lines: string[];
  let emit: () => void;
  let relay: OutboxRelay;

  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await setImmediate();
  };

  beforeEach(() => {
    clock = new FakeClock();
    [status, isReachable, owed, added, lines] = ['up', true, [], [], []];
    [takes, begun, swept] = [0, 0, 0];
    add = () => Promise.resolve();
    emit = () => undefined;
    relay = new OutboxRelay({
      database: { report: () => ({ status }) },
      outbox: {
        onEmitted: (listener) => {
          emit = listener;
          return () => (emit = () => undefined);
        },
      },
      deliveries: {
        closeWindows: () => Promise.resolve(0),
        take: (limit) => {
          takes += 1;
          return Promise.resolve(owed.splice(0, limit));
        },
      },
      queue: {
        get isReachable() {
          return isReachable;
        },
        add: async (taken) => {
          await add();
          added.push([...taken]);
        },
      },
      clock,
      warn: (line) => lines.push(line),
      begin: () => (begun += 1),
      sweep: () => Promise.resolve((swept += 1)),
    });
    relay.start();
  });
  afterEach(() => relay.close(0));

  it('takes alerts when they are made, all of them, a hundred at a time', async () => {
    owed = alerts(250);
    emit();
    await setImmediate();
    expect(added.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(lines).toEqual([]);
  });

  it('looks every second for those of other processes', async () => {
    owed = alerts(1);
    await advance(999);
    expect(added).toEqual([]);
    await advance(1);
    expect(added).toHaveLength(1);
  });

  it('is never the first to open the database, and begins once it is open', async () => {
    status = 'closed';
    emit();
    await advance(1000);
    expect([takes, begun]).toEqual([0, 0]);
    status = 'up';
    await advance(1000);
    await advance(1000);
    expect([takes, begun]).toEqual([2, 1]);
  });

  it('leaves alerts alone while the queue is away, and says so in one line once it had the time to come up', async () => {
    isReachable = false;
    owed = alerts(1);
    for (let second = 0; second < 15; second += 1) await advance(1000);
    expect([takes, lines]).toEqual([0, []]);
    for (let second = 0; second < 9; second += 1) await advance(1000);
    expect(takes).toBe(0);
    expect(lines).toEqual([
      'Alerts wait in the database; 1 time(s) since the last such line. The queue of alerts cannot be reached.',
    ]);
    isReachable = true;
    await advance(1000);
    expect(added).toHaveLength(1);
  });

  it('goes on after a failure, and repeats no message of a driver', async () => {
    const failures = [
      new Error('redis://:secret@host'),
      new QueueError('Ours.'),
      new StorageError('STORAGE_FAILED', 'It.'),
    ];
    for (const failure of failures) {
      owed = alerts(1);
      add = () => Promise.reject(failure);
      await advance(10_000);
    }
    expect(lines.map((line) => line.replace(/^.*line\. /, ''))).toEqual([
      'The queue of alerts failed.',
      'Ours.',
      'It.',
    ]);
    add = () => Promise.resolve();
    owed = alerts(1);
    await advance(1000);
    expect(added).toHaveLength(1);
  });

  it('makes one pass at a time, and another one for what was made meanwhile', async () => {
    let release: () => void = () => undefined;
    add = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    owed = alerts(1);
    emit();
    await setImmediate();
    emit();
    emit();
    await setImmediate();
    expect(takes).toBe(1);
    owed = alerts(1);
    release();
    await setImmediate();
    expect(takes).toBe(2);
    release();
  });

  it('sweeps every 15 seconds', async () => {
    for (let second = 0; second < 31; second += 1) await advance(1000);
    expect(swept).toBe(3);
  });

  it('takes nothing any more once it is closed', async () => {
    await relay.close(0);
    owed = alerts(1);
    emit();
    await advance(5000);
    expect(takes).toBe(0);
  });
});
