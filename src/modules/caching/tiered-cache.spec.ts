import { CachedProcess, FAILURE_MS, LIFE } from '../../../test/support/cached-process.js';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { settled, timed } from '../../../test/support/fake-time.js';

function setUp() {
  const clock = new FakeClock();
  const process = new CachedProcess(clock);
  const ask = async (takesStale = true, key = 'key') => (await timed(clock, process.ask(key, takesStale))).value;
  return { clock, process, ask };
}

const fresh = (number: number) => ({ value: { number, fails: false }, isStale: false });
const stale = (number: number) => ({ value: { number, fails: false }, isStale: true });
const failed = { value: { fails: true }, isStale: false };

describe('TieredCache in one process', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  beforeAll(() => process.on('unhandledRejection', note));
  afterAll(() => {
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('loads once and answers out of memory within the call while it is fresh', async () => {
    const { clock, process, ask } = setUp();
    expect(await ask()).toEqual(fresh(1));
    clock.advance(LIFE.freshMs - 21);
    expect(process.cache.resolve('key', false, process.work)).toEqual(fresh(1));
    expect(process.own.started).toBe(1);
  });

  it('loads once for all who ask at the same time', async () => {
    const { clock, process } = setUp();
    const asked = Array.from({ length: 100 }, () => process.ask());
    const answers = (await timed(clock, Promise.all(asked))).value;
    expect([process.own.started, new Set(answers.map(({ value }) => value)).size]).toEqual([1, 1]);
  });

  it('serves what is stale at once to those who take it, and renews it in the background', async () => {
    const { clock, process, ask } = setUp();
    await ask();
    clock.advance(LIFE.freshMs);
    expect(process.cache.resolve('key', true, process.work)).toEqual(stale(1));
    expect(process.cache.resolve('key', true, process.work)).toEqual(stale(1));
    clock.advance(process.takesMs);
    await settled();
    expect([await ask(), process.own.started]).toEqual([fresh(2), 2]);
  });

  it('lets those who refuse stale values wait for the new one, also while it is renewed for others', async () => {
    const { clock, process, ask } = setUp();
    await ask();
    clock.advance(LIFE.freshMs);
    void process.ask();
    expect(await ask(false)).toEqual(fresh(2));
    expect(process.own.started).toBe(2);
  });

  it('lets everybody wait once the time for renewing beside it is over', async () => {
    const { clock, ask } = setUp();
    await ask();
    clock.advance(LIFE.freshMs + LIFE.renewMs);
    expect(await ask()).toEqual(fresh(2));
  });

  it('serves what is stale in the place of a failure, to those who take it and until its time is over', async () => {
    const { clock, process, ask } = setUp();
    await ask();
    process.outcome = 'failure';
    clock.advance(LIFE.freshMs + LIFE.renewMs);
    expect([await ask(true), await ask(false)]).toMatchObject([stale(1), failed]);
    clock.advance(LIFE.staleMs);
    expect(await ask(true)).toMatchObject(failed);
  });

  it('keeps a failure beside what is known for ten seconds, and asks again then', async () => {
    const { clock, process, ask } = setUp();
    process.outcome = 'failure';
    expect(await ask()).toMatchObject(failed);
    process.outcome = 'value';
    clock.advance(FAILURE_MS - 1);
    expect([(await ask()).value.fails, process.own.started]).toEqual([true, 1]);
    clock.advance(1);
    expect([await ask(), process.own.started]).toEqual([fresh(2), 2]);
  });

  it('lets no failure take the place of a good value', async () => {
    const { clock, process, ask } = setUp();
    await ask();
    clock.advance(LIFE.freshMs);
    process.outcome = 'failure';
    expect(await ask(false)).toMatchObject(failed);
    expect(process.cache.resolve('key', true, process.work)).toEqual(stale(1));
  });

  it('ends an older value with a newer one that is not to be kept', async () => {
    const { clock, process, ask } = setUp();
    await ask();
    clock.advance(LIFE.freshMs);
    process.life = { freshMs: 0, renewMs: 0, staleMs: 30_000 };
    expect(await ask(false)).toEqual(fresh(2));
    process.outcome = 'failure';
    expect(await ask()).toMatchObject(failed);
  });

  it.each(['rejection', 'throw'] as const)('passes a %s of the load on, and asks again', async (outcome) => {
    const { process, ask } = setUp();
    process.outcome = outcome;
    await expect(ask()).rejects.toThrow(RangeError);
    process.outcome = 'value';
    expect(await ask()).toMatchObject({ isStale: false });
  });

  it.each(['rejection', 'throw'] as const)('serves what is stale though the renewal ends in a %s', async (outcome) => {
    const { clock, process, ask } = setUp();
    await ask();
    clock.advance(LIFE.freshMs);
    process.outcome = outcome;
    expect(process.cache.resolve('key', true, process.work)).toEqual(stale(1));
    clock.advance(process.takesMs);
    await settled();
    expect(process.cache.resolve('key', true, process.work)).toEqual(stale(1));
    expect(process.spentMs).toHaveLength(3);
  });

  it('does not outlive its time when the clock is set back', async () => {
    const { clock, ask } = setUp();
    await ask();
    clock.advance(-86_400_000);
    expect(await ask()).toEqual(fresh(2));
    clock.advance(-1);
    expect((await ask()).value.number).toBe(3);
  });

  it('forgets a value, a failure, and what is being loaded', async () => {
    const { clock, process, ask } = setUp();
    await ask();
    expect(await process.cache.forget('key')).toBe(true);
    const before = process.ask();
    expect(await process.cache.forget('key')).toBe(true);
    const after = ask();
    expect([await before, await after]).toEqual([fresh(2), fresh(3)]);
    expect(process.cache.peek('key')).toEqual({ number: 3, fails: false });
    process.outcome = 'failure';
    clock.advance(LIFE.freshMs);
    await ask(false);
    await process.cache.forget('key');
    process.outcome = 'value';
    expect(await ask(false)).toMatchObject({ value: { fails: false } });
  });

  it('holds no more than it is told, failures counted apart', async () => {
    const clock = new FakeClock();
    const process = new CachedProcess(clock, undefined, undefined, 10);
    process.takesMs = 0;
    const askAll = (from: number) =>
      timed(clock, Promise.all(Array.from({ length: 50 }, (_, index) => process.ask(`key-${from + index}`))));
    await askAll(0);
    process.outcome = 'failure';
    await askAll(100);
    const kept = Array.from({ length: 50 }, (_, index) => process.cache.peek(`key-${index}`));
    expect(kept.filter((value) => value !== undefined)).toHaveLength(10);
  });
});
