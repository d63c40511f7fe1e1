import { TurnTaker } from './turn-taker.js';

function setUp() {
  const state = { now: 0, requests: 0, pauses: [] as string[] };
  const pause = (name: string) => () => {
    state.pauses.push(name);
    return Promise.resolve();
  };
  const taker = new TurnTaker(() => state.requests, {
    now: () => state.now,
    nextTurn: pause('turn'),
    rest: pause('rest'),
  });
  return { state, taker };
}

describe('TurnTaker', () => {
  it('goes on at the next turn while no request comes', async () => {
    const { state, taker } = setUp();
    for (let piece = 0; piece < 3; piece += 1) await taker.giveWay();
    expect(state.pauses).toEqual(['turn', 'turn', 'turn']);
  });

  it('rests between pieces from a request on, and for a while after the last', async () => {
    const { state, taker } = setUp();
    await taker.giveWay();
    state.requests += 1;
    await taker.giveWay();
    state.now += 49;
    await taker.giveWay();
    state.now += 1;
    await taker.giveWay();
    expect(state.pauses).toEqual(['turn', 'rest', 'rest', 'turn']);
  });

  it('lets what waits in the event loop run', async () => {
    let hasRun = false;
    setImmediate(() => (hasRun = true));
    await new TurnTaker(() => 0).giveWay();
    expect(hasRun).toBe(true);
  });
});
