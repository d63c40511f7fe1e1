import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { settled } from '../../../test/support/fake-time.js';
import { RedisListener } from './redis-listener.js';

type Reply = 'OK' | 'NOPERM' | 'ECONNREFUSED' | 'LOADING';

function setUp() {
  const clock = new FakeClock();
  const state: { reply: Reply } = { reply: 'OK' };
  /** When connections were made, in milliseconds since the start. */
  const madeAt: number[] = [];
  const refusals: string[] = [];
  const startedAt = clock.now();
  class Connection extends EventEmitter {
    status = 'wait';
    connect() {
      if (state.reply === 'ECONNREFUSED') {
        this.emit('error', Object.assign(new Error('away'), { code: state.reply }));
        this.disconnect();
        return Promise.reject(new Error('away'));
      }
      this.status = 'ready';
      this.emit('ready');
      return Promise.resolve();
    }
    subscribe() {
      if (state.reply === 'OK') return Promise.resolve(1);
      return Promise.reject(Object.assign(new Error(`${state.reply} no`), { name: 'ReplyError' }));
    }
    ping = () => Promise.resolve('PONG');
    disconnect() {
      this.status = 'end';
      this.emit('end');
    }
  }
  const connect = () => {
    madeAt.push(clock.now() - startedAt);
    return new Connection() as unknown as Redis;
  };
  const listener = new RedisListener({ connect, clock, onRefused: (code) => refusals.push(code) });
  let gaps = 0;
  const end = listener.subscribe('channel', { listener: () => undefined, onGap: () => (gaps += 1) });
  const pass = async (ms: number) => {
    for (let step = 0; step < ms; step += 50) {
      clock.advance(50);
      await settled();
    }
  };
  return { clock, state, madeAt, refusals, listener, end, pass, gaps: () => gaps };
}

/** A listener that Redis does not let listen. */
async function refused() {
  const all = setUp();
  all.end();
  all.madeAt.length = 0;
  all.state.reply = 'NOPERM';
  const end = all.listener.subscribe('channel', { listener: () => undefined, onGap: () => undefined });
  await settled();
  return { ...all, end };
}

describe('RedisListener', () => {
  it('tells that it may not listen, and asks less and less, twice a minute in the end', async () => {
    const { madeAt, refusals, pass, listener } = await refused();
    expect([listener.refusal, refusals]).toEqual(['NOPERM', ['NOPERM']]);
    await pass(200_000);
    const pauses = madeAt.slice(1).map((at, index) => at - (madeAt[index] ?? 0));
    expect(pauses.slice(0, 11)).toEqual([50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000]);
    expect(new Set(pauses.slice(11))).toEqual(new Set([30_000]));
    expect(refusals).toHaveLength(madeAt.length);
    expect(listener.refusal).toBe('NOPERM');
  });

  it('has nothing to tell once it may', async () => {
    const { state, pass, listener, refusals } = await refused();
    await pass(5000);
    state.reply = 'OK';
    const before = refusals.length;
    await pass(30_000);
    expect([listener.refusal, refusals.length]).toEqual([undefined, before]);
  });

  it('has nothing to tell when nobody listens any more', async () => {
    const { end, listener, clock } = await refused();
    end();
    expect([listener.refusal, clock.pending]).toEqual([undefined, 0]);
  });

  it.each<Reply>(['ECONNREFUSED', 'LOADING'])(
    'takes "%s" for an outage: asks every second, tells nothing',
    async (reply) => {
      const { state, madeAt, refusals, pass, listener } = await refused();
      await pass(100_000);
      const told = refusals.length;
      state.reply = reply;
      await pass(30_000);
      madeAt.length = 0;
      await pass(10_000);
      expect([listener.refusal, refusals.length, madeAt.length]).toEqual([undefined, told, 10]);
    },
  );
});
