import { TurnTaker } from './turn-taker.js';

/** Work of `workMs`, and then turns of the others that take `turnsMs` each, one after the other. */
async function turnsGiven(workMs: number, turnsMs: readonly number[]): Promise<number> {
  let now = 0;
  let turn = 0;
  const taker = new TurnTaker(
    () => now,
    () => {
      now += turnsMs[turn] ?? 0;
      turn += 1;
      return Promise.resolve();
    },
  );
  now += workMs;
  await taker.giveWay();
  return turn;
}

const always = (ms: number): number[] => Array.from({ length: 100 }, () => ms);

describe('TurnTaker', () => {
  it.each([
    ['twice the time that the work took', 2, always(1), 4],
    ['one turn that is long enough', 2, always(10), 1],
    ['no more once they have nothing to do', 5, [1, 1, 0.01], 3],
    ['one turn where nobody waits', 5, always(0), 1],
    ['eight turns at most', 50, always(1), 8],
    ['nothing to wait for after no work', 0, always(1), 0],
  ])('gives the others %s', async (_, workMs, turnsMs, expected) => {
    expect(await turnsGiven(workMs, turnsMs)).toBe(expected);
  });

  it('lets what waits in the event loop run', async () => {
    const taker = new TurnTaker();
    let hasRun = false;
    setImmediate(() => (hasRun = true));
    await taker.giveWay();
    expect(hasRun).toBe(true);
  });
});
