import type { Lease, SharedTier } from '../../src/modules/caching/shared-tier.js';
import { eventually } from './eventually.js';

/** Two processes' tiers over one store, which may be a real server. */
export interface TierPair {
  readonly one: SharedTier;
  readonly other: SharedTier;
  /** Milliseconds since 1970, by the processes' clock. */
  readonly now: () => number;
  /** Lets so many milliseconds go by. */
  readonly pass: (ms: number) => void | Promise<void>;
  /** Milliseconds for which each key that is in the store now stays there; `undefined` for one that stays for ever. */
  readonly livesMs: () => Promise<readonly (number | undefined)[]>;
}

/** Longer than anything here takes, so that nothing ends by itself. */
const LONG_MS = 60_000;
const SHORT_MS = 100;

/** What every {@link SharedTier} promises, whatever it is made of. */
export function sharedTierContract(pair: () => TierPair): void {
  let number = 0;
  let key = '';
  beforeEach(() => {
    key = `contract-${(number += 1)}`;
  });
  const entry = (data: unknown) => ({ data, storedAt: pair().now() });

  it('reads what any process put, as it was, and nothing under another key', async () => {
    const { one, other } = pair();
    const kept = entry({ text: 'ä ☃ "\\', list: [1, null, { deep: true }] });
    await one.put(key, kept, LONG_MS);
    expect(await Promise.all([one.read(key), other.read(key), other.read(`${key}-`)])).toEqual([kept, kept, undefined]);
  });

  it('keeps an entry no longer than it is told, and nothing without an end', async () => {
    const { one, other, pass, livesMs } = pair();
    await one.put(key, entry(1), SHORT_MS);
    await granted(one, `${key}-lease`, SHORT_MS);
    const lives = await livesMs();
    expect(lives.length).toBeGreaterThanOrEqual(2);
    expect(lives.filter((ms) => ms === undefined || ms > LONG_MS)).toEqual([]);
    await pass(SHORT_MS);
    await eventually(async () => {
      expect(await other.read(key)).toBeUndefined();
    });
  });

  it('gives the lease of a key to one process at a time, and those of other keys all the same', async () => {
    const { one, other } = pair();
    const first = await granted(one, key);
    expect(await other.lease(key, LONG_MS)).toEqual({ lease: undefined, entry: undefined });
    expect(await one.lease(key, LONG_MS)).toMatchObject({ lease: undefined });
    await (await granted(other, `${key}-`)).release();
    await first.release();
    await granted(other, key);
  });

  it('says beside the lease what is there', async () => {
    const { one, other } = pair();
    const kept = entry('old');
    await one.put(key, kept, LONG_MS);
    expect(await one.lease(key, LONG_MS)).toMatchObject({ entry: kept });
    expect(await other.lease(key, LONG_MS)).toEqual({ lease: undefined, entry: kept });
  });

  it('ends a lease whose time is over, and takes nothing from who had it', async () => {
    const { one, other, pass } = pair();
    const lost = await granted(one, key, SHORT_MS);
    await pass(SHORT_MS);
    const next = await eventually(() => granted(other, key));
    await lost.put(entry('late'), LONG_MS);
    expect(await one.read(key)).toBeUndefined();
    await lost.release();
    expect(await one.lease(key, LONG_MS)).toMatchObject({ lease: undefined });
    await next.put(entry('in time'), LONG_MS);
    expect(await one.read(key)).toMatchObject({ data: 'in time' });
  });

  it('ends the lease with its entry, and keeps nothing of it twice', async () => {
    const { one, other } = pair();
    const lease = await granted(one, key);
    await lease.put(entry(1), LONG_MS);
    await granted(other, key);
    await lease.put(entry(2), LONG_MS);
    expect(await other.read(key)).toMatchObject({ data: 1 });
  });

  it('keeps nothing without a lease while somebody has it', async () => {
    const { one, other } = pair();
    const lease = await granted(one, key);
    await other.put(key, entry('elsewhere'), LONG_MS);
    expect(await one.read(key)).toBeUndefined();
    await lease.release();
    await other.put(key, entry('now'), LONG_MS);
    expect(await one.read(key)).toMatchObject({ data: 'now' });
  });

  it('hears what another process loads, not what it is to renew', async () => {
    const { one, other, pass } = pair();
    await one.put(key, entry('old'), LONG_MS);
    const lease = await granted(one, key);
    const landed = other.landed(key, LONG_MS);
    await pass(SHORT_MS);
    await lease.put(entry('new'), LONG_MS);
    expect(await landed).toMatchObject({ data: 'new' });
  });

  it('hears of it when the other process gives up, or is lost', async () => {
    const { one, other, pass } = pair();
    const lease = await granted(one, key);
    const given = other.landed(key, LONG_MS);
    await lease.release();
    expect(await given).toBeUndefined();
    await granted(one, key, SHORT_MS);
    const lost = other.landed(key, LONG_MS);
    await pass(SHORT_MS);
    expect(await lost).toBeUndefined();
  });

  it('waits no longer than it is told', async () => {
    const { one, other, pass } = pair();
    await granted(one, key);
    const landed = other.landed(key, SHORT_MS);
    await pass(SHORT_MS);
    expect(await landed).toBeUndefined();
  });

  it('forgets an entry, tells every process, and keeps nothing of a load that was begun before', async () => {
    const { one, other } = pair();
    const heard: string[] = [];
    const ends = [one, other].map((tier) => tier.onForget((told) => heard.push(told)));
    await one.put(key, entry(1), LONG_MS);
    const lease = await granted(other, key);
    // A process that has only just begun to listen may not hear the first.
    await eventually(async () => {
      expect(await one.forget(key)).toBe(true);
      expect(heard.filter((told) => told === key).length).toBeGreaterThanOrEqual(2);
    });
    await lease.put(entry('begun before'), LONG_MS);
    expect(await other.read(key)).toBeUndefined();
    for (const end of ends) end();
    heard.length = 0;
    await one.forget(key);
    expect(heard).toEqual([]);
  });
}

async function granted(tier: SharedTier, key: string, ms = LONG_MS): Promise<Lease> {
  const answer = await tier.lease(key, ms);
  if (answer?.lease === undefined) throw new Error(`The lease of ${key} was not granted.`);
  return answer.lease;
}
