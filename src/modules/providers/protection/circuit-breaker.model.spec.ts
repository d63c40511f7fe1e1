import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { ModelBreaker, type Hearsay, type Word } from '../../../../test/support/model-breaker.js';
import { CircuitBreaker, type BreakerPass } from './circuit-breaker.js';

interface Step {
  /** New calls. */
  readonly enter: number;
  /** What the call with that number, counted from the latest, says of itself. */
  readonly say: readonly (readonly [back: number, word: Word])[];
  /** What others say then. */
  readonly hear: readonly Hearsay[];
  /** Milliseconds that the clock moves, also back. */
  readonly advance: number;
}

const HOUR_MS = 3_600_000;
const YEARS_MS = 10 * 365 * 24 * HOUR_MS;

const word = fc.oneof(
  { arbitrary: fc.constant<Word>('fail'), weight: 6 },
  { arbitrary: fc.constant<Word>('succeed'), weight: 2 },
  { arbitrary: fc.constant<Word>('succeedSlowly'), weight: 6 },
  { arbitrary: fc.constant<Word>('release'), weight: 1 },
  { arbitrary: fc.integer({ min: 1, max: 200_000 }), weight: 1 },
);
const hearsay = fc.oneof(fc.constant<Hearsay>('suspect'), fc.integer({ min: 1, max: 900_000 }));
const advance = fc.oneof(
  { arbitrary: fc.constant(0), weight: 4 },
  { arbitrary: fc.constantFrom(1, 5000, 9999, 10_000, 20_000, 40_000, 120_000), weight: 6 },
  { arbitrary: fc.constantFrom(-1, -5000, -HOUR_MS, HOUR_MS, -YEARS_MS, YEARS_MS), weight: 1 },
);
const step: fc.Arbitrary<Step> = fc.record({
  enter: fc.integer({ min: 0, max: 12 }),
  say: fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), word), { maxLength: 16 }),
  hear: fc.oneof(
    { arbitrary: fc.constant([]), weight: 5 },
    { arbitrary: fc.array(hearsay, { maxLength: 3 }), weight: 1 },
  ),
  advance,
});

/** Takes both through the schedule; the first difference ends it. */
function compare(schedule: readonly Step[]): void {
  const clock = new FakeClock();
  const breaker = new CircuitBreaker({ clock });
  const model = new ModelBreaker();
  const passes: (BreakerPass | undefined)[] = [];
  // Not by `expect`, which takes a minute for so many.
  const expectSame = (): void => {
    assert.equal(breaker.state, model.state);
    assert.equal(breaker.remainingMs(), model.left);
  };
  for (const { enter, say, hear, advance: ms } of schedule) {
    for (let call = 0; call < enter; call += 1) {
      const pass = breaker.enter();
      assert.equal(pass !== undefined, model.enter(passes.length));
      passes.push(pass);
    }
    for (const [back, said] of say) {
      const call = passes.length - 1 - back;
      if (typeof said === 'number') passes[call]?.trip(said);
      else passes[call]?.[said]();
      model.say(call, said);
      expectSame();
    }
    for (const said of hear) {
      if (said === 'suspect') breaker.suspect();
      else breaker.pause(said);
      model.hear(said);
      expectSame();
    }
    clock.advance(ms);
    model.pass(ms);
    expectSame();
  }
}

describe('CircuitBreaker', () => {
  it('does in 10,000 random schedules what the rules say, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (schedule) => {
        compare(schedule);
      }),
      { numRuns: 10_000 },
    );
  }, 60_000);

  it('asks a dead vendor at most once in each of its times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 7000 }), { minLength: 500, maxLength: 500 }), (pauses) => {
        const clock = new FakeClock();
        const breaker = new CircuitBreaker({ clock });
        for (let call = 0; call < 10; call += 1) breaker.enter()?.fail();
        const startedAt = clock.now();
        const trials: number[] = [];
        for (const ms of pauses) {
          clock.advance(ms);
          // As many as ask at the same time.
          const passes = [breaker.enter(), breaker.enter(), breaker.enter()];
          if (passes.some((pass) => pass !== undefined)) trials.push(clock.now());
          assert.ok(passes.filter((pass) => pass !== undefined).length <= 1);
          for (const pass of passes) pass?.fail();
        }
        const waits = trials.map((at, index) => at - (trials[index - 1] ?? startedAt));
        const least = [10_000, 20_000, 40_000, 80_000, 120_000];
        expect(waits.every((ms, index) => ms >= (least[index] ?? 120_000))).toBe(true);
        expect(trials.length).toBeGreaterThan(3);
      }),
    );
  });
});
