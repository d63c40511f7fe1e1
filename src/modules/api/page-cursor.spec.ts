import type { PageCursor } from '../../common/paging/page-cursor.js';
import { pageCursor, writePageCursor } from './page-cursor.js';

const ID = 'a23456789012345678901234';
const textOf = (cursor: PageCursor): string => writePageCursor(cursor) ?? '';

describe('a cursor', () => {
  it.each([0, 1_800_000_000_000, Date.UTC(10_000, 0) - 1])('comes back as it was written, at %d', (at) => {
    expect(pageCursor(textOf({ at, id: ID }), 'cursor')).toEqual({ at, id: ID });
  });

  it('is none on the last page, and asks for the first one where it is not given', () => {
    expect([writePageCursor(undefined), pageCursor(undefined, 'cursor')]).toEqual([null, undefined]);
  });

  it.each([
    '',
    ID,
    `1.${ID}`,
    textOf({ at: 1, id: "x' or 1=1" }),
    textOf({ at: Number.NaN, id: ID }),
    textOf({ at: Date.UTC(10_000, 0), id: ID }),
  ])('that nobody wrote is refused: %j', (text) => {
    const message = 'cursor must be the next_cursor of an answer to the same question.';
    expect(() => pageCursor(text, 'cursor')).toThrow(
      expect.objectContaining({ response: expect.objectContaining({ message }) }),
    );
  });
});
