import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '../../../common/clock/fake-clock.js';
import { DirectoryLock } from './directory-lock.js';
import { ownIdentity, type ProcessIdentity } from './process-identity.js';

/** A number that no process has: the most that Linux gives is 4194304. */
const NOBODY = 99_999_999;

describe('DirectoryLock', () => {
  let directory: string;
  let clock: FakeClock;
  const lost = jest.fn();

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ip-risk-lock-'));
    clock = new FakeClock();
    lost.mockClear();
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const left = (holder: Partial<ProcessIdentity>): string => {
    const path = join(directory, 'lock-7');
    writeFileSync(path, JSON.stringify({ ...ownIdentity(), ...holder }));
    return path;
  };
  const take = (): Promise<DirectoryLock> => DirectoryLock.take(directory, clock, lost);
  /** Lets the clock run until it is decided. */
  const decided = async <T>(work: Promise<T>, each: () => void = () => undefined): Promise<T> => {
    const waiting = new Set([work]);
    const over = (): unknown => waiting.delete(work);
    work.then(over, over);
    while (waiting.size > 0) {
      await new Promise(setImmediate);
      each();
      clock.advance(250);
    }
    return work;
  };

  it('is had by one at a time', async () => {
    const first = await take();
    await expect(take()).rejects.toMatchObject({ code: 'STORAGE_LOCKED' });
    first.release();
    expect(readdirSync(directory)).toEqual([]);
    (await take()).release();
  });

  it.each([
    ['is dead', { pid: NOBODY }],
    ['is another one with the same number, as in a container that was started again', { startedAt: '1' }],
  ])('is taken over at once from a process that %s', async (_, holder) => {
    left(holder);
    await take();
    expect(readdirSync(directory)).toEqual(['lock-8']);
    expect(clock.now()).toBe(new FakeClock().now());
  });

  it.each([
    ['on another host', { place: 'elsewhere' }],
    ['whose start nobody knows', { startedAt: undefined }],
  ])('is taken over from a process %s only when that is silent for 10 seconds', async (_, holder) => {
    left(holder);
    const began = clock.now();
    await decided(take());
    expect(clock.now() - began).toBeGreaterThanOrEqual(10_000);
    expect(readdirSync(directory)).toEqual(['lock-8']);
  });

  it('is left to a process on another host whose heart beats, whatever its clock says', async () => {
    const path = left({ place: 'elsewhere' });
    let beats = 0;
    const beat = (): void => {
      beats += 1;
      if (beats % 8 === 0) utimesSync(path, beats, beats);
    };
    await expect(decided(take(), beat)).rejects.toMatchObject({ code: 'STORAGE_LOCKED' });
    expect(readdirSync(directory)).toEqual(['lock-7']);
  });

  it('is taken over when what lies there says nothing', async () => {
    writeFileSync(join(directory, 'lock-3'), '');
    await decided(take());
    expect(readdirSync(directory)).toEqual(['lock-4']);
  });

  it('goes to one of five that find a dead one’s at the same time', async () => {
    left({ pid: NOBODY });
    const outcomes = await decided(Promise.allSettled(Array.from({ length: 5 }, take)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(directory)).toEqual(['lock-8']);
  });

  it('says when it is gone, and leaves the one of somebody else alone', async () => {
    const lock = await take();
    clock.advance(60_000);
    expect(lost).not.toHaveBeenCalled();
    rmSync(join(directory, 'lock-1'));
    writeFileSync(join(directory, 'lock-1'), 'of somebody else');
    clock.advance(2_000);
    expect(lost).toHaveBeenCalledTimes(1);
    lock.release();
    expect(readdirSync(directory)).toEqual(['lock-1']);
  });
});
