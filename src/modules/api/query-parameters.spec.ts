import fc from 'fast-check';
import { BadRequestException } from '@nestjs/common';
import { instant, oneOf, readQuery, wholeNumber } from './query-parameters.js';

function sentenceOf(read: () => unknown): unknown {
  try {
    return { read: read() };
  } catch (error) {
    if (!(error instanceof BadRequestException)) throw error;
    return (error.getResponse() as { readonly message: string }).message;
  }
}

const READERS = { days: wholeNumber(1, 9, 7), rule: oneOf(['a', 'b']), since: instant };

describe('readQuery', () => {
  it('gives what is absent its default', () => {
    expect(readQuery({}, READERS)).toEqual({ days: 7, rule: 'a', since: undefined });
  });

  it('reads what is given', () => {
    expect(readQuery({ days: '9', rule: 'b', since: '12' }, READERS)).toEqual({ days: 9, rule: 'b', since: 12 });
  });

  it('refuses every parameter that nobody reads, by its name', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype))), (name) => {
        fc.pre(!Object.hasOwn(READERS, name));
        // As a parser of URLs makes it, which takes any name for one of its own.
        const query = Object.defineProperty(Object.create(null), name, { value: '1', enumerable: true }) as object;
        expect(sentenceOf(() => readQuery(query as Record<string, unknown>, READERS))).toBe(
          `There is no parameter ${JSON.stringify(name)}; remove it.`,
        );
      }),
    );
  });

  it.each([
    [{ days: ['1', '2'] }, 'days must be given once.'],
    [{ days: '' }, 'days must be a whole number from 1 to 9.'],
    [{ days: '0' }, 'days must be a whole number from 1 to 9.'],
    [{ days: '10' }, 'days must be a whole number from 1 to 9.'],
    [{ days: ' 1' }, 'days must be a whole number from 1 to 9.'],
    [{ days: '0x1' }, 'days must be a whole number from 1 to 9.'],
    [{ rule: 'A' }, 'rule must be one of: a, b.'],
    [{ rule: '' }, 'rule must be one of: a, b.'],
  ])('refuses %j', (query, sentence) => {
    expect(sentenceOf(() => readQuery(query, READERS))).toBe(sentence);
  });

  it('says what becomes of a plus in a URL, where one was lost', () => {
    const lost = sentenceOf(() => readQuery({ since: '2026-01-01T00:00:00 01:00' }, READERS));
    expect(lost).toMatch(/^since must be ISO 8601 .* Write the \+ of a time zone as %2B in a URL\.$/);
    expect(sentenceOf(() => readQuery({ since: '2026-01-01 00:00:00' }, READERS))).not.toMatch(/%2B/);
  });

  it('reads whole numbers within their bounds and no other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String)), (text) => {
        const answer = sentenceOf(() => wholeNumber(1, 9, 7)(text, 'days'));
        expect(answer).toEqual(
          /^0*[1-9]$/.test(text) && text.length <= 15
            ? { read: Number(text) }
            : 'days must be a whole number from 1 to 9.',
        );
      }),
    );
  });
});
