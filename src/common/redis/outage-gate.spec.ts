import { FakeClock } from '../../../test/support/fake-clock.js';
import { settled } from '../../../test/support/fake-time.js';
import { OutageGate } from './outage-gate.js';

function setUp() {
  const clock = new FakeClock();
  const warnings: string[] = [];
  const state = { isThere: true, probes: 0, underWay: 0, mostUnderWay: 0 };
  const probe = async () => {
    state.probes += 1;
    state.underWay += 1;
    state.mostUnderWay = Math.max(state.mostUnderWay, state.underWay);
    await settled();
    state.underWay -= 1;
    if (!state.isThere) throw new Error('away');
  };
  const gate = new OutageGate({ clock, probe, warn: (message) => warnings.push(message), setting: 'REDIS_URL' });
  const pass = async (ms: number) => {
    for (let step = 0; step < ms; step += 50) {
      clock.advance(50);
      await settled();
      await settled();
    }
  };
  const opened = async () => {
    await gate.recheck();
    expect(gate.isUp).toBe(true);
  };
  return { clock, warnings, state, gate, pass, opened };
}

describe('OutageGate', () => {
  it('is closed until the first question is answered', async () => {
    const { gate, warnings, clock } = setUp();
    expect([gate.isUp, gate.downSince]).toEqual([false, clock.now()]);
    await gate.recheck();
    expect([gate.isUp, gate.downSince, gate.downReason, warnings]).toEqual([true, undefined, undefined, []]);
  });

  it('closes at the first sign, and opens without a word when the first question is answered', async () => {
    const { gate, warnings, opened, pass } = setUp();
    await opened();
    gate.suspect('TIMEOUT');
    expect([gate.isUp, gate.downReason]).toEqual([false, 'TIMEOUT']);
    await pass(50);
    expect(gate.isUp).toBe(true);
    await pass(5000);
    expect(warnings).toEqual([]);
  });

  it('asks one question at a time, four in a second, and tells the outage and its end once', async () => {
    const { gate, warnings, state, opened, pass } = setUp();
    await opened();
    state.isThere = false;
    for (let sign = 0; sign < 10; sign += 1) gate.suspect('TIMEOUT');
    await pass(10_000);
    expect(warnings).toEqual(['Redis cannot be used (TIMEOUT); see REDIS_URL.']);
    expect(state.probes).toBeGreaterThan(30);
    expect(state.probes).toBeLessThanOrEqual(42);
    expect(state.mostUnderWay).toBe(1);
    state.isThere = true;
    await pass(500);
    expect([gate.isUp, warnings.length]).toEqual([true, 1]);
    await pass(1000);
    expect(warnings.slice(1)).toEqual(['Redis can be used again (REDIS_URL).']);
  });

  it('tells nothing of an outage that is over within a second', async () => {
    const { gate, warnings, state, opened, pass } = setUp();
    await opened();
    for (let round = 0; round < 20; round += 1) {
      state.isThere = false;
      gate.suspect('TIMEOUT');
      await pass(500);
      state.isThere = true;
      await pass(500);
    }
    expect(warnings).toEqual([]);
  });

  it('calls what comes and goes one outage', async () => {
    const { gate, warnings, state, opened, pass } = setUp();
    await opened();
    for (let round = 0; round < 5; round += 1) {
      state.isThere = false;
      gate.lose('ECONNRESET');
      await pass(1000);
      state.isThere = true;
      await pass(500);
    }
    await pass(5000);
    expect(warnings).toEqual([
      'Redis cannot be used (ECONNRESET); see REDIS_URL.',
      'Redis can be used again (REDIS_URL).',
    ]);
  });

  it('gives a connection that is lost time to come back before it is asked for', async () => {
    const { gate, warnings, state, opened, pass } = setUp();
    await opened();
    gate.lose('ECONNRESET');
    await pass(200);
    expect(state.probes).toBe(1);
    await gate.recheck();
    expect([gate.isUp, state.probes, warnings]).toEqual([true, 2, []]);
  });

  it('tells refused commands once, and again after they had stopped for a while', async () => {
    const { gate, warnings, opened, pass } = setUp();
    await opened();
    for (let second = 0; second < 100; second += 1) {
      gate.refuse('OOM');
      await pass(1000);
    }
    expect([gate.isUp, gate.lastRefusal, warnings.length]).toEqual([true, 'OOM', 1]);
    // Reported no longer than it may still hold, told again later.
    await pass(2500);
    expect(gate.lastRefusal).toBeUndefined();
    gate.refuse('OOM');
    expect(warnings).toHaveLength(1);
    await pass(30_000);
    gate.refuse('READONLY');
    expect(warnings).toEqual([
      'Redis refuses commands (OOM); see REDIS_URL.',
      'Redis refuses commands (READONLY); see REDIS_URL.',
    ]);
  });

  it('asks and tells nothing once it has ended', async () => {
    const { gate, warnings, state, clock, opened, pass } = setUp();
    await opened();
    state.isThere = false;
    gate.suspect('TIMEOUT');
    gate.end();
    await pass(5000);
    gate.lose('ECONNRESET');
    await gate.recheck();
    expect([gate.isUp, state.probes, clock.pending, warnings]).toEqual([false, 2, 0, []]);
  });
});
