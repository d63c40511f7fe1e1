import { eventually } from './eventually.js';

describe('eventually', () => {
  it('returns what the check returns once it passes', async () => {
    let checks = 0;
    const check = () => {
      checks += 1;
      if (checks < 3) throw new Error('not yet');
      return checks;
    };
    expect(await eventually(check)).toBe(3);
  });

  it('throws what the check threw last', async () => {
    const failing = () => Promise.reject(new Error('never'));
    await expect(eventually(failing, 30)).rejects.toThrow('never');
  });

  it('waits for no check that never ends', async () => {
    const endless = () => new Promise(() => undefined);
    await expect(eventually(endless, 30)).rejects.toThrow('There was no result');
  });
});
