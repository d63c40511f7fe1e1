import { DownloadLanes } from './download-lanes.js';

describe('DownloadLanes', () => {
  it('runs no more at a time than it has lanes, also after a rush, and everything in order in the end', async () => {
    const lanes = new DownloadLanes(2);
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const runs = [0, 1, 2, 3].map((index) =>
      lanes.run(async () => {
        begun.push(index);
        await new Promise<void>((resolve) => ends.push(resolve));
        return index;
      }),
    );
    expect(begun).toEqual([0, 1]);
    ends[0]?.();
    expect(await runs[0]).toBe(0);
    expect(begun).toEqual([0, 1, 2]);
    ends[1]?.();
    ends[2]?.();
    await Promise.all([runs[1], runs[2]]);
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[3]?.();
    expect(await Promise.all(runs)).toEqual([0, 1, 2, 3]);
    const later = [4, 5, 6].map((index) => lanes.run(() => Promise.resolve(begun.push(index))));
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    await Promise.all(later);
  });

  it('frees the lane of work that fails', async () => {
    const lanes = new DownloadLanes(1);
    await expect(lanes.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await lanes.run(() => Promise.resolve('next'))).toBe('next');
  });
});
