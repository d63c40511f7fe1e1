import { inspect } from 'node:util';
import { ApiKeys } from './api-keys.js';

const KEYS = ['not-a-key-first-0123', 'not-a-key-second-456'];

describe('ApiKeys', () => {
  it('knows its keys and no others', () => {
    const keys = new ApiKeys(KEYS);
    for (const key of KEYS) expect(keys.find(key)).toBeDefined();
    for (const key of ['', 'not-a-key-first-012', 'not-a-key-first-01234', 'NOT-A-KEY-FIRST-0123', KEYS.join(',')]) {
      expect(keys.find(key)).toBeUndefined();
    }
  });

  it('knows the limit that an entry gives its key, and the key without it', () => {
    const keys = new ApiKeys([...KEYS, 'not-a-key-third-7890;limit=6000', 'not-a-key-fourth-123;limit=0']);
    const limits = [...KEYS, 'not-a-key-third-7890', 'not-a-key-fourth-123'].map((key) => keys.find(key)?.limit);
    expect(limits).toEqual([undefined, undefined, 6000, 0]);
    expect(keys.find('not-a-key-third-7890;limit=6000')).toBeUndefined();
  });

  it('goes by the last entry of a key that comes twice', () => {
    const keys = new ApiKeys(['not-a-key-third-7890;limit=1', 'not-a-key-third-7890;limit=2']);
    expect(keys.find('not-a-key-third-7890')?.limit).toBe(2);
  });

  it('lets nobody in by an empty key when there are none', () => {
    const keys = new ApiKeys([]);
    expect(keys.isRequired).toBe(false);
    expect(keys.find('')).toBeUndefined();
  });

  it('shows no key when it is printed or serialised', () => {
    const keys = new ApiKeys([...KEYS, 'not-a-key-third-7890;limit=6000']);
    const found = keys.find('not-a-key-third-7890');
    const printed = inspect([keys, found], { depth: 9, showHidden: true }) + JSON.stringify([keys, found]);
    expect(printed).not.toContain('not-a-key');
  });
});
