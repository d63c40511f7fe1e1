import { statement } from './statement.js';

describe('statement', () => {
  it('keeps unknown unknown, whatever is said about it', () => {
    expect(statement(undefined, 'x', { confidence: 1, lastSeen: '2026-01-01' })).toBeUndefined();
  });

  it('is sure of a yes without a figure', () => {
    expect(statement(true, 'vendor:tor')).toEqual({
      value: true,
      confidence: 1,
      evidence: 'vendor:tor',
      lastSeen: undefined,
    });
  });

  it.each([0, 0.3, 1])('takes a figure of %d for a yes', (confidence) => {
    expect(statement(true, 'x', { confidence, lastSeen: '2026-01-01' })).toMatchObject({
      confidence,
      lastSeen: '2026-01-01',
    });
  });

  it.each([NaN, -0.1, 1.1, 99, Infinity, undefined])('takes %p for no figure', (confidence) => {
    expect(statement(true, 'x', { confidence })?.confidence).toBe(1);
  });

  it('is half sure of a no, since a figure and a day are about a yes', () => {
    expect(statement(false, 'x', { confidence: 0.9, lastSeen: '2026-01-01' })).toEqual({
      value: false,
      confidence: 0.5,
      evidence: 'x',
      lastSeen: undefined,
    });
  });
});
