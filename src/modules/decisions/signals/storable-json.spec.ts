import { storableJson } from './storable-json.js';

describe('storableJson', () => {
  it('replaces what Postgres stores in no text, and nothing that only looks like it', () => {
    const odd = { nul: 'a\0b', half: '\ud800x\udc00', pair: '🛰', spelled: '\\u0000 \\\\ud800', tab: '\t\u001f' };

    expect(JSON.parse(storableJson(odd))).toEqual({ ...odd, nul: 'a\ufffdb', half: '\ufffdx\ufffd' });
  });
});
