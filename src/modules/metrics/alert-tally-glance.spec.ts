import { FakeClock } from '../../../test/support/fake-clock.js';
import { TALLY } from '../../../test/support/metric-sources.js';
import { StorageError } from '../../common/errors/ip-risk.error.js';
import type { AlertTally } from '../alerting/outbox/alert-tally.js';
import type { DatabaseStatus } from '../storage/database.js';
import { AlertTallyGlance } from './alert-tally-glance.js';

function setUp() {
  const clock = new FakeClock();
  const asked: number[] = [];
  const state = { status: 'up' as DatabaseStatus, answer: (): Promise<AlertTally> => Promise.resolve(TALLY) };
  const deliveries = {
    tally: () => {
      asked.push(clock.now());
      return state.answer();
    },
  };
  const report = () => ({ kind: 'embedded' as const, status: state.status, downSince: undefined, reason: undefined });
  return { clock, asked, state, glance: new AlertTallyGlance(deliveries, { report }, clock) };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('AlertTallyGlance', () => {
  it('answers at once with what is at hand, and asks the database every five seconds at most', async () => {
    const { clock, asked, glance } = setUp();
    const startedAt = clock.now();
    expect(glance.look()).toBeUndefined();
    await settle();
    for (let seconds = 0; seconds < 20; seconds += 1) {
      expect(glance.look()?.tally).toEqual(TALLY);
      await settle();
      clock.advance(1000);
    }
    expect(asked.map((at) => at - startedAt)).toEqual([0, 5000, 10_000, 15_000]);
  });

  it('asks once at a time, and keeps the old figures where the database fails', async () => {
    const { clock, asked, state, glance } = setUp();
    glance.look();
    await settle();
    let fail: () => void = () => undefined;
    state.answer = () =>
      new Promise((_, reject) => {
        fail = () => {
          reject(new StorageError('STORAGE_UNAVAILABLE', 'away'));
        };
      });
    const first = glance.look();
    for (let looks = 0; looks < 3; looks += 1) {
      clock.advance(6000);
      expect(glance.look()).toEqual(first);
    }
    expect(asked).toHaveLength(2);
    fail();
    await settle();
    glance.look();
    expect(asked).toHaveLength(3);
  });

  it.each(['closed', 'opening'] as const)(
    'leaves a database alone that is %s: to ask would make it',
    async (status) => {
      const { asked, state, glance } = setUp();
      state.status = status;
      glance.look();
      await settle();
      expect(asked).toEqual([]);
    },
  );
});
