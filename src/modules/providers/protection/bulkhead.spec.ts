import { Bulkhead } from './bulkhead.js';

const { signal: patient } = new AbortController();

describe('Bulkhead', () => {
  it('lets so many in at once and the next ones in their order, as places come free', async () => {
    const bulkhead = new Bulkhead(2);
    expect([bulkhead.enter(patient), bulkhead.enter(patient)]).toEqual([true, true]);
    const entered: string[] = [];
    const waiting = ['third', 'fourth'].map(async (name) => {
      if (await bulkhead.enter(patient)) entered.push(name);
    });
    bulkhead.leave();
    await waiting[0];
    expect(entered).toEqual(['third']);
    bulkhead.leave();
    await waiting[1];
    expect(entered).toEqual(['third', 'fourth']);
  });

  it('sends away who has no more time, and gives the place to the next', async () => {
    const bulkhead = new Bulkhead(1);
    const hurry = new AbortController();
    void bulkhead.enter(patient);
    const [hasty, other] = [bulkhead.enter(hurry.signal), bulkhead.enter(patient)];
    hurry.abort();
    expect(await hasty).toBe(false);
    bulkhead.leave();
    expect(await other).toBe(true);
    expect(bulkhead.enter(hurry.signal)).toBe(false);
  });

  it('sends away at once who would be one too many in the queue', () => {
    const bulkhead = new Bulkhead(1);
    void bulkhead.enter(patient);
    for (let count = 0; count < 4; count += 1) void bulkhead.enter(patient);
    expect(bulkhead.enter(patient)).toBe(false);
  });

  it('loses no place', async () => {
    const bulkhead = new Bulkhead(1);
    for (let count = 0; count < 1000; count += 1) {
      expect(await bulkhead.enter(patient)).toBe(true);
      bulkhead.leave();
    }
  });
});
