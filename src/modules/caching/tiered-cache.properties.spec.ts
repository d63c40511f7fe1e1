import fc from 'fast-check';
import { CachedProcess, FAILURE_MS, LIFE, Loads } from '../../../test/support/cached-process.js';
import { settled } from '../../../test/support/fake-time.js';
import { SharedMemory } from '../../../test/support/shared-memory.js';

const step = fc.oneof(
  fc.record({ kind: fc.constant('ask' as const), process: fc.nat(1), takesStale: fc.boolean() }),
  fc.record({
    kind: fc.constant('pass' as const),
    ms: fc.constantFrom(1, 30, 300, FAILURE_MS, LIFE.freshMs - 40, LIFE.freshMs, LIFE.renewMs, LIFE.staleMs, -30_000),
  }),
  fc.record({ kind: fc.constant('forget' as const), process: fc.nat(1) }),
  fc.record({
    kind: fc.constant('becomes' as const),
    process: fc.nat(1),
    outcome: fc.constantFrom('value', 'value', 'failure', 'rejection'),
    takesMs: fc.constantFrom(0, 20, 100),
  }),
  fc.record({ kind: fc.constant('shared' as const), isUp: fc.boolean() }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** When each number was made. */
type MadeAt = Map<number, number>;

async function play(steps: readonly Step[], check: (world: World) => void): Promise<void> {
  const world = new World();
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  for (const action of steps) await world.take(action);
  for (let round = 0; round < 12; round += 1) {
    await settled();
    world.memory.clock.advance(100);
  }
  await Promise.all(world.answers);
  await settled();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
  check(world);
}

class World {
  readonly memory = new SharedMemory();
  readonly all = new Loads();
  readonly processes = [0, 1].map(() => new CachedProcess(this.memory.clock, this.memory.tier(), this.all));
  readonly answers: Promise<void>[] = [];
  readonly madeAt: MadeAt = new Map();

  async take(action: Step): Promise<void> {
    const { memory, processes } = this;
    if (action.kind === 'pass') memory.clock.advance(action.ms);
    else if (action.kind === 'shared') memory.isUp = action.isUp;
    else {
      const process = processes[action.process] as CachedProcess;
      if (action.kind === 'ask') this.ask(process, action.takesStale);
      else if (action.kind === 'forget') void process.cache.forget('key');
      else Object.assign(process, { outcome: action.outcome, takesMs: action.takesMs });
    }
    await settled();
  }

  private ask(process: CachedProcess, takesStale: boolean): void {
    const { clock } = this.memory;
    const askedAt = clock.now();
    const answer = process.ask('key', takesStale).then(
      ({ value, isStale }) => {
        if (value.fails) return;
        const madeAt = this.madeAt.get(value.number) ?? clock.now();
        this.madeAt.set(value.number, madeAt);
        // A value may serve from when it was made; the rest of its time is told by the clock of whoever asks.
        const age = askedAt - madeAt;
        if (isStale) {
          expect(takesStale).toBe(true);
          expect(age).toBeLessThan(LIFE.freshMs + LIFE.staleMs);
        } else expect(age).toBeLessThan(LIFE.freshMs);
      },
      (error: unknown) => {
        expect(error).toBeInstanceOf(RangeError);
      },
    );
    this.answers.push(answer);
  }
}

const forward = step.filter((action) => !(action.kind === 'pass' && action.ms < 0));
const undisturbed = forward.filter(({ kind }) => kind !== 'forget' && kind !== 'shared');

/** One big step would end a load and the lease above it in the same moment. */
function inSmallSteps(ms: number): readonly Step[] {
  const small = Array<Step>(30).fill({ kind: 'pass', ms: 10 });
  return [...small, { kind: 'pass', ms }];
}

describe('TieredCache, whatever happens in whichever order,', () => {
  it('serves no value beyond its time, no stale one to who refuses it, and loses no request', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(forward, { maxLength: 25 }), async (steps) => {
        await play(steps, () => undefined);
      }),
      { numRuns: 30 },
    );
  });

  it('answers every request also when the clock is set back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const world = new World();
        let settledCount = 0;
        for (const action of steps) {
          if (action.kind === 'ask') {
            const process = world.processes[action.process] as CachedProcess;
            const done = (): number => (settledCount += 1);
            void process.ask('key', action.takesStale).then(done, done);
            await settled();
          } else await world.take(action);
        }
        for (let round = 0; round < 700; round += 1) {
          if (settledCount === steps.filter(({ kind }) => kind === 'ask').length) break;
          await settled();
          world.memory.clock.advance(100);
        }
        expect(settledCount).toBe(steps.filter(({ kind }) => kind === 'ask').length);
      }),
      { numRuns: 30 },
    );
  });

  it('loads a key once at a time, over all processes, while nothing is forgotten and no lease is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(undisturbed, { maxLength: 25 }), async (steps) => {
        const small = steps.flatMap((action) => (action.kind === 'pass' ? inSmallSteps(action.ms) : [action]));
        await play(small, ({ all, memory }) => {
          expect(all.mostAtOnce).toBeLessThanOrEqual(1);
          expect(memory.leasesHeld).toBe(0);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('loads a key once at a time in each process, whatever becomes of the shared tier', async () => {
    const unforgotten = forward.filter(({ kind }) => kind !== 'forget');
    await fc.assert(
      fc.asyncProperty(fc.array(unforgotten, { maxLength: 25 }), async (steps) => {
        await play(steps, ({ processes }) => {
          expect(processes.map(({ own }) => own.mostAtOnce <= 1)).toEqual([true, true]);
        });
      }),
      { numRuns: 30 },
    );
  });
});
