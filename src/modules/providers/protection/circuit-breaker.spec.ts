import { FakeClock } from '../../../../test/support/fake-clock.js';
import { CircuitBreaker, type BreakerPass } from './circuit-breaker.js';

const OPEN_MS = 10_000;
const MOST_OPEN_MS = 120_000;
const YEAR_MS = 365 * 86_400_000;

function setUp() {
  const clock = new FakeClock();
  return { clock, breaker: new CircuitBreaker({ clock }) };
}

function entered(breaker: CircuitBreaker): BreakerPass {
  const pass = breaker.enter();
  if (pass === undefined) throw new Error('It refused.');
  return pass;
}

function fail(breaker: CircuitBreaker, times = 1): void {
  for (let call = 0; call < times; call += 1) entered(breaker).fail();
}

function opened() {
  const made = setUp();
  fail(made.breaker, 10);
  return made;
}

describe('CircuitBreaker', () => {
  it('stays closed until ten calls were made, whatever became of them', () => {
    const { breaker } = setUp();
    fail(breaker, 9);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  it.each([
    ['opens at half', 10, 10, 'open'],
    ['stays closed below half', 11, 9, 'closed'],
  ])('%s of the latest twenty calls failing', (_, successes, failures, state) => {
    const { breaker } = setUp();
    for (let call = 0; call < successes; call += 1) entered(breaker).succeed();
    fail(breaker, failures);
    expect(breaker.state).toBe(state);
  });

  it.each([
    ['stays closed on nineteen slow answers', 19, 0, 'closed'],
    ['opens on twenty slow answers', 20, 0, 'open'],
    ['stays closed when one of twenty is quick', 19, 1, 'closed'],
  ])('%s', (_, slow, quick, state) => {
    const { breaker } = setUp();
    for (let call = 0; call < quick; call += 1) entered(breaker).succeed();
    for (let call = 0; call < slow; call += 1) entered(breaker).succeedSlowly();
    expect(breaker.state).toBe(state);
  });

  it('opens when the latest twenty are slow or failed, though less than half failed', () => {
    const { breaker } = setUp();
    for (let round = 0; round < 5; round += 1) {
      for (let call = 0; call < 3; call += 1) entered(breaker).succeedSlowly();
      expect(breaker.state).toBe('closed');
      fail(breaker);
    }
    expect(breaker.state).toBe('open');
  });

  it('closes after a trial that is slow', () => {
    const { breaker, clock } = opened();
    clock.advance(OPEN_MS);
    entered(breaker).succeedSlowly();
    expect(breaker.state).toBe('closed');
  });

  it('takes a call that is released for none, and gives its trial to the next one', () => {
    const { breaker, clock } = setUp();
    for (let call = 0; call < 50; call += 1) entered(breaker).release();
    fail(breaker, 9);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    clock.advance(OPEN_MS);
    const trial = entered(breaker);
    expect(breaker.enter()).toBeUndefined();
    trial.release();
    expect(breaker.state).toBe('half-open');
    fail(breaker);
    expect(breaker.remainingMs()).toBe(2 * OPEN_MS);
  });

  it('looks at the latest calls only', () => {
    const { breaker } = setUp();
    for (let round = 0; round < 10; round += 1) {
      for (let call = 0; call < 11; call += 1) entered(breaker).succeed();
      fail(breaker, 9);
    }
    expect(breaker.state).toBe('closed');
  });

  it('keeps to a window of one call', () => {
    const breaker = new CircuitBreaker({ clock: new FakeClock(), windowSize: 1, minimumCalls: 1, failureShare: 1 });
    for (let call = 0; call < 5; call += 1) entered(breaker).succeed();
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  it('refuses every call while it is open, and lets one try when its time is over', () => {
    const { breaker, clock } = opened();
    clock.advance(OPEN_MS - 1);
    expect(breaker.enter()).toBeUndefined();
    expect(breaker.remainingMs()).toBe(1);
    clock.advance(1);
    expect(breaker.state).toBe('half-open');
    expect([breaker.enter(), breaker.enter(), breaker.enter()].map((pass) => pass !== undefined)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('closes after a trial that succeeds and forgets what was', () => {
    const { breaker, clock } = opened();
    clock.advance(OPEN_MS);
    fail(breaker);
    clock.advance(2 * OPEN_MS);
    entered(breaker).succeed();
    expect(breaker.state).toBe('closed');
    expect(breaker.isFailing).toBe(false);
    fail(breaker, 10);
    expect(breaker.remainingMs()).toBe(OPEN_MS);
  });

  it('doubles its time with each trial that fails, up to two minutes', () => {
    const { breaker, clock } = opened();
    const times: number[] = [];
    for (let trial = 0; trial < 6; trial += 1) {
      times.push(breaker.remainingMs());
      clock.advance(breaker.remainingMs());
      fail(breaker);
    }
    expect(times).toEqual([OPEN_MS, 20_000, 40_000, 80_000, MOST_OPEN_MS, MOST_OPEN_MS]);
  });

  it('takes no notice of calls from before it opened or closed', () => {
    const { breaker, clock } = setUp();
    const early = Array.from({ length: 30 }, () => entered(breaker));
    fail(breaker, 10);
    early[0]?.succeed();
    expect(breaker.state).toBe('open');
    clock.advance(OPEN_MS);
    early[1]?.succeed();
    expect(breaker.state).toBe('half-open');
    entered(breaker).succeed();
    for (const pass of early) pass.fail();
    early[2]?.trip(60_000);
    expect(breaker.state).toBe('closed');
    expect(breaker.isFailing).toBe(false);
  });

  it('counts the first word of a call only', () => {
    const { breaker } = setUp();
    const pass = entered(breaker);
    pass.succeed();
    for (let word = 0; word < 30; word += 1) pass.fail();
    pass.trip(60_000);
    expect(breaker.state).toBe('closed');
  });

  it('opens at once for as long as the vendor asks, and then tries', () => {
    const { breaker, clock } = setUp();
    entered(breaker).trip(60_000);
    expect(breaker.remainingMs()).toBe(60_000);
    clock.advance(60_000);
    expect(breaker.state).toBe('half-open');
    entered(breaker).trip(5000);
    expect(breaker.remainingMs()).toBe(5000);
  });

  it('tries with a single call when it is told that the vendor fails, and closes when that one succeeds', () => {
    const { breaker } = setUp();
    const early = entered(breaker);
    breaker.suspect();
    expect(breaker.state).toBe('half-open');
    const trial = entered(breaker);
    expect(breaker.enter()).toBeUndefined();
    early.fail();
    expect(breaker.state).toBe('half-open');
    trial.succeed();
    expect(breaker.state).toBe('closed');
  });

  it('opens as it usually does when the trial fails that others made it make', () => {
    const { breaker, clock } = setUp();
    breaker.suspect();
    fail(breaker);
    expect(breaker.remainingMs()).toBe(OPEN_MS);
    clock.advance(OPEN_MS);
    fail(breaker);
    expect(breaker.remainingMs()).toBe(2 * OPEN_MS);
  });

  it('does not mind a suspicion while it is not closed', () => {
    const { breaker, clock } = opened();
    breaker.suspect();
    expect(breaker.remainingMs()).toBe(OPEN_MS);
    clock.advance(OPEN_MS);
    const trial = entered(breaker);
    breaker.suspect();
    expect(breaker.enter()).toBeUndefined();
    trial.succeed();
    expect(breaker.state).toBe('closed');
  });

  it('keeps the longer of two pauses, whoever was told of them', () => {
    const { breaker, clock } = setUp();
    breaker.pause(60_000);
    expect(breaker.enter()).toBeUndefined();
    breaker.pause(5000);
    expect(breaker.remainingMs()).toBe(60_000);
    clock.advance(60_000);
    expect(breaker.state).toBe('half-open');
    breaker.pause(5000);
    expect(breaker.remainingMs()).toBe(5000);
  });

  it('says that it is failing when one in five of the latest calls does', () => {
    const { breaker } = setUp();
    for (let call = 0; call < 5; call += 1) entered(breaker).succeed();
    fail(breaker);
    expect(breaker.isFailing).toBe(false);
    fail(breaker);
    expect(breaker.isFailing).toBe(true);
  });

  it.each([3_600_000, 86_400_000, 10 * YEAR_MS])('is not held open by a clock that is set back by %d ms', (ms) => {
    const { breaker, clock } = opened();
    clock.advance(5000);
    clock.advance(-ms);
    expect(breaker.remainingMs()).toBeLessThanOrEqual(OPEN_MS);
    clock.advance(OPEN_MS);
    expect(breaker.enter()).toBeDefined();
  });

  it.each([3_600_000, 86_400_000, 10 * YEAR_MS])('takes a clock set forward by %d ms for time that passed', (ms) => {
    const { breaker, clock } = opened();
    clock.advance(ms);
    fail(breaker);
    expect(breaker.remainingMs()).toBe(20_000);
    clock.advance(-ms);
    expect(breaker.remainingMs()).toBeLessThanOrEqual(20_000);
  });

  it('closes after a trial that began before the clock was set back', () => {
    const { breaker, clock } = opened();
    clock.advance(OPEN_MS);
    const trial = entered(breaker);
    clock.advance(-YEAR_MS);
    expect(breaker.enter()).toBeUndefined();
    trial.succeed();
    expect(breaker.state).toBe('closed');
  });
});
