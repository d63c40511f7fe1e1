import { CachedProcess, LEASE_MS, LIFE, Loads, WAIT_MS } from '../../../test/support/cached-process.js';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { settled, timed } from '../../../test/support/fake-time.js';
import { SharedMemory } from '../../../test/support/shared-memory.js';

function setUp() {
  const memory = new SharedMemory();
  const { clock } = memory;
  const all = new Loads();
  const one = new CachedProcess(clock, memory.tier(), all);
  const other = new CachedProcess(clock, memory.tier(), all);
  const ask = (process: CachedProcess, takesStale = true) => timed(clock, process.ask('key', takesStale));
  return { memory, clock, all, one, other, ask };
}

const fresh = (number: number) => ({ value: { number, fails: false }, isStale: false });
const stale = (number: number) => ({ value: { number, fails: false }, isStale: true });

describe('TieredCache over what processes share', () => {
  it('loads once for all who ask in two processes at the same time', async () => {
    const { clock, all, one, other } = setUp();
    const asked = [one, other].flatMap((process) => Array.from({ length: 50 }, () => process.ask()));
    const answers = (await timed(clock, Promise.all(asked))).value;
    expect(answers).toEqual(answers.map(() => fresh(1)));
    expect(all.started).toBe(1);
  });

  it('renews once for two processes, though the old value still lies there', async () => {
    const { clock, all, one, other, ask } = setUp();
    await ask(one);
    await ask(other);
    clock.advance(LIFE.freshMs);
    const asked = Promise.all([one.ask('key', false), other.ask('key', false)]);
    expect((await timed(clock, asked)).value).toEqual([fresh(2), fresh(2)]);
    expect(all.started).toBe(2);
  });

  it('keeps a value no longer than from the moment it was made, whichever process made it', async () => {
    const { memory, clock, one, other, ask } = setUp();
    await ask(one);
    const madeAt = clock.now();
    clock.advance(LIFE.freshMs - 20);
    expect((await ask(other)).value).toEqual(fresh(1));
    clock.advance(madeAt + LIFE.freshMs - clock.now());
    expect((await ask(other, false)).value).toEqual(fresh(2));
    expect(memory.ttlMs('key')).toBeLessThanOrEqual(LIFE.freshMs + LIFE.staleMs);
  });

  it('serves what another process made as stale where it cannot be made anew, and shares no failure', async () => {
    const { memory, clock, one, other, ask } = setUp();
    await ask(one);
    clock.advance(LIFE.freshMs);
    other.outcome = 'failure';
    expect((await ask(other)).value).toEqual(stale(1));
    expect((await ask(other, false)).value).toMatchObject({ value: { fails: true }, isStale: false });
    expect([memory.writes, memory.leasesHeld]).toEqual([['key'], 0]);
  });

  it.each(['failure', 'rejection'] as const)(
    'loads on its own at once when the other ends in a %s',
    async (outcome) => {
      const { memory, all, clock, one, other } = setUp();
      one.outcome = outcome;
      const first = one.ask().catch(() => undefined);
      await settled();
      const { value, ms } = await timed(clock, other.ask(), 1);
      await first;
      expect(value).toEqual(fresh(2));
      expect(ms).toBeLessThan(WAIT_MS);
      expect([all.mostAtOnce, memory.leasesHeld]).toEqual([1, 0]);
    },
  );

  it('waits no longer than it may for one that never returns, and tells its load what is gone', async () => {
    const { one, other, clock } = setUp();
    one.outcome = 'never';
    void one.ask();
    await settled();
    const { value, ms } = await timed(clock, other.ask(), 1);
    expect(value).toEqual(fresh(2));
    expect(ms).toBeLessThanOrEqual(WAIT_MS + other.takesMs + 5);
    expect(other.spentMs[0]).toBeGreaterThanOrEqual(WAIT_MS);
    expect(other.spentMs[0]).toBeLessThanOrEqual(WAIT_MS + 5);
  });

  it('keeps what was loaded without the lease here, and writes nothing over its holder', async () => {
    const { memory, one, other, clock, ask } = setUp();
    one.takesMs = 2 * WAIT_MS;
    const first = one.ask();
    await settled();
    expect((await ask(other)).value).toEqual(fresh(2));
    expect(memory.writes).toEqual([]);
    expect((await timed(clock, first)).value).toEqual(fresh(1));
    expect([memory.writes, other.cache.peek('key')]).toEqual([['key'], { number: 2, fails: false }]);
  });

  it('answers its own requests when the lease is lost meanwhile, and writes nothing', async () => {
    const { memory, one, clock } = setUp();
    one.takesMs = LEASE_MS + 100;
    const { value } = await timed(clock, one.ask());
    await settled();
    expect([value, memory.writes, memory.entry('key')]).toEqual([fresh(1), [], undefined]);
  });

  it('takes over from a process that died when its lease is over', async () => {
    const { memory, one, other, clock, ask } = setUp();
    one.outcome = 'never';
    void one.ask();
    await settled();
    clock.advance(LEASE_MS);
    expect((await ask(other)).value).toEqual(fresh(2));
    expect(memory.writes).toEqual(['key']);
  });

  it('goes on without it while it is away, and again with it', async () => {
    const { memory, one, other, ask } = setUp();
    memory.isUp = false;
    expect([(await ask(one)).value, (await ask(other)).value]).toEqual([fresh(1), fresh(2)]);
    expect(await one.cache.forget('key')).toBe(false);
    memory.isUp = true;
    await ask(one);
    expect(memory.writes).toEqual(['key']);
  });

  it('goes on when it is lost between two questions', async () => {
    const { memory, one, other, clock } = setUp();
    one.outcome = 'never';
    void one.ask();
    await settled();
    const waiting = other.ask();
    await settled();
    memory.isUp = false;
    memory.loseLease('key');
    expect((await timed(clock, waiting)).value).toEqual(fresh(2));
  });

  it.each([
    ['nothing of ours', { text: 'foreign' }],
    ['null', null],
  ])('takes %s for a miss and writes over it', async (_, data) => {
    const { memory, clock, one, ask } = setUp();
    memory.plant('key', { data, storedAt: clock.now() });
    expect((await ask(one)).value).toEqual(fresh(1));
    expect(memory.entry('key')?.data).toEqual({ number: 1 });
  });

  it('takes what cannot be revived without an error for a miss', async () => {
    const { memory, clock, one } = setUp();
    memory.plant('key', { data: { number: 7 }, storedAt: clock.now() });
    const broken = {
      ...one.work,
      revive: () => {
        throw new RangeError('broken');
      },
    };
    expect((await timed(clock, Promise.resolve(one.cache.resolve('key', true, broken)))).value).toEqual(fresh(1));
  });

  it.each([
    ['a little ahead is taken as made now', 30_000, fresh(7)],
    ['far ahead is a miss', 3_600_000, fresh(1)],
    ['far behind is a miss', -3_600_000, fresh(1)],
    ['a little behind has the less of its time left', -30_000, fresh(7)],
  ])('what a clock made that is %s', async (_, skewMs, expected) => {
    const { memory, clock, one, ask } = setUp();
    memory.plant('key', { data: { number: 7 }, storedAt: clock.now() + skewMs });
    expect((await ask(one, false)).value).toEqual(expected);
    clock.advance(LIFE.freshMs + Math.min(skewMs, 0));
    expect(one.cache.peek('key')).toBeUndefined();
  });

  it('serves processes whose clocks differ', async () => {
    const memory = new SharedMemory();
    const all = new Loads();
    const one = new CachedProcess(memory.clock, memory.tier(), all);
    const behind = new CachedProcess(new FakeClock(memory.clock.now() - 20_000), memory.tier(), all);
    await timed(memory.clock, one.ask());
    expect(await behind.ask()).toEqual(fresh(1));
    behind.clock.advance(LIFE.freshMs);
    expect(behind.cache.peek('key')).toBeUndefined();
  });

  it('forgets in the other process, too, and keeps nothing there of what was being loaded', async () => {
    const { memory, clock, one, other, ask } = setUp();
    await ask(one);
    await ask(other);
    clock.advance(LIFE.freshMs);
    const loading = other.ask('key', false);
    await settled();
    expect(await one.cache.forget('key')).toBe(true);
    expect((await timed(clock, loading)).value).toEqual(fresh(2));
    expect([one.cache.peek('key'), other.cache.peek('key'), memory.entry('key')]).toEqual(Array(3).fill(undefined));
    expect((await ask(other)).value).toEqual(fresh(3));
  });

  it('hands on what is shared without keeping it, and keeps and shares what was made elsewhere', async () => {
    const { one, other, ask } = setUp();
    one.cache.keep('key', { value: { number: 9, fails: false }, data: { number: 9 } }, 0);
    await settled();
    expect(await other.cache.fromShared('key', other.work)).toEqual({ number: 9, fails: false });
    expect([other.cache.peek('key'), one.cache.peek('key')]).toEqual([undefined, { number: 9, fails: false }]);
    expect((await ask(other)).value).toEqual(fresh(9));
  });
});
