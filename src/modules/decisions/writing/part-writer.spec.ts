import { assessed, decisionEvent, QUIET_POLICY } from '../../../../test/support/decision-events.js';
import { DecisionWrites } from '../../../../test/support/decision-writes.js';
import { eventually } from '../../../../test/support/eventually.js';
import { FakeClock } from '../../../../test/support/fake-clock.js';
import { DecisionLog } from '../decision-log.js';

const TOR = { isTorExitNode: true } as const;

describe('a decision log whose database refuses or loses something', () => {
  let writes: DecisionWrites;
  let clock: FakeClock;
  let lines: string[];

  beforeEach(() => {
    writes = new DecisionWrites();
    clock = new FakeClock();
    lines = [];
  });

  const logOf = (): DecisionLog =>
    new DecisionLog({
      database: writes.database,
      clock,
      mode: 'batched',
      outbox: undefined,
      hashKey: undefined,
      retentionDays: 90,
      addressDays: 30,
      warn: (line) => lines.push(line),
    });

  it('writes all but what the database refuses as it is, and of that the number', async () => {
    const log = logOf();
    writes.refused = 'Refused.route","policy":"login","policy_digest';
    for (let index = 0; index < 40; index += 1) log.record(decisionEvent({ route: `Route.${index}` }));
    for (let index = 0; index < 3; index += 1)
      log.record(decisionEvent({ route: 'Refused.route', policy: QUIET_POLICY }));
    log.record(decisionEvent({ route: 'Refused.route' }));
    for (let index = 40; index < 80; index += 1) log.record(decisionEvent({ route: `Route.${index}` }));
    const kept = log.keep(decisionEvent({ route: 'Refused.route', context: { subject: 'ada' } }), 1000);
    await log.close(1000);

    const whole = writes.rows.filter(({ is_summary: isSummary }) => !isSummary);
    expect(whole.map(({ count }) => count).sort()).toEqual([...Array.from({ length: 80 }, () => 1), 3]);
    expect(await kept).toBe(false);
    expect(log.report()).toMatchObject({ recorded: 83, lost: 2, waiting: 0 });
    // A number that was sent is never used for anything else.
    expect(new Set(writes.batches).size).toBe(writes.batches.length);
    expect(writes.batches[0]).toBeGreaterThan(1);
    expect(lines[0]).toMatch(/^The database refused the details of 1 entry of the decision log/);
    expect(lines[1]).toMatch(/^1 decision\(s\) are lost so far/);
  });

  it('counts a refused decision where only its details are refused', async () => {
    const log = logOf();
    writes.refused = '"subject":"eve"';
    log.record(decisionEvent({ context: { subject: 'eve' } }));
    log.record(decisionEvent({ context: { subject: 'ada' } }));
    await log.close(1000);

    expect(writes.rows.map(({ subject, count, is_summary: isSummary }) => [subject, count, isSummary]).sort()).toEqual([
      [undefined, 1, true],
      ['ada', 1, false],
    ]);
    expect(log.report()).toMatchObject({ recorded: 2, lost: 0 });
  });

  it('sends signals and policies again to a database that has lost them', async () => {
    const log = logOf();
    const flush = async (country: string): Promise<void> => {
      log.record(decisionEvent({ assessment: assessed('81.10.0.1', TOR, country) }));
      clock.advance(250);
      await eventually(() => {
        expect(log.report().waiting).toBe(0);
      });
    };
    for (const country of ['DE', 'FR', 'DE']) await flush(country);
    expect(writes.signals).toHaveLength(2);
    writes.last = 0;
    for (const country of ['DE', 'FR', 'DE']) await flush(country);
    await log.close(1000);

    expect([writes.signals.length, writes.policies.length, writes.counted]).toEqual([4, 2, 6]);
  });
});
