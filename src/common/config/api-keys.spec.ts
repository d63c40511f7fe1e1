import { inspect } from 'node:util';
import { ApiKeys } from './api-keys.js';

const KEYS = ['not-a-key-first-0123', 'not-a-key-second-456'];

describe('ApiKeys', () => {
  it('knows its keys and no others', () => {
    const keys = new ApiKeys(KEYS);
    for (const key of KEYS) expect(keys.has(key)).toBe(true);
    for (const key of ['', 'not-a-key-first-012', 'not-a-key-first-01234', 'NOT-A-KEY-FIRST-0123', KEYS.join(',')]) {
      expect(keys.has(key)).toBe(false);
    }
  });

  it('lets nobody in by an empty key when there are none', () => {
    const keys = new ApiKeys([]);
    expect(keys.isRequired).toBe(false);
    expect(keys.has('')).toBe(false);
  });

  it('shows no key when it is printed or serialised', () => {
    const printed = inspect(new ApiKeys(KEYS), { depth: 9, showHidden: true }) + JSON.stringify(new ApiKeys(KEYS));
    expect(printed).not.toContain('not-a-key');
  });
});
