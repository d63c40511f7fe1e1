import fc from 'fast-check';
import { isoInstant, readInstant } from './instant.js';

describe('readInstant', () => {
  it('reads back every instant that JSON names', () => {
    const instants = fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') });
    fc.assert(
      fc.property(
        instants.filter((date) => !Number.isNaN(date.getTime())),
        (date) => {
          expect(readInstant(isoInstant(date.getTime()))).toBe(date.getTime());
          expect(readInstant(date.getTime())).toBe(date.getTime());
        },
      ),
    );
  });

  it('takes nothing for an instant that is none', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const instant = readInstant(value);
        expect(instant === undefined || Number.isSafeInteger(instant)).toBe(true);
      }),
    );
  });

  it.each([
    ['2026-11-22T08:30:00Z', Date.UTC(2026, 10, 22, 8, 30)],
    ['2026-11-22T08:30Z', Date.UTC(2026, 10, 22, 8, 30)],
    ['2026-11-22T08:30:00+05:30', Date.UTC(2026, 10, 22, 3)],
    ['2026-11-22T08:30:00-0800', Date.UTC(2026, 10, 22, 16, 30)],
    ['2026-11-22T08:30:00.123456789Z', Date.UTC(2026, 10, 22, 8, 30, 0, 123)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['1969-12-31T23:59:59Z', -1000],
  ])('reads %s', (text, ms) => {
    expect(readInstant(text)).toBe(ms);
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:01:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00 Z',
    '2026-01-01 00:00:00Z',
    '2026-01-01t00:00:00z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+01:60',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00Z\n',
    '20260101T000000Z',
    '+002026-01-01T00:00:00Z',
    '2026-W01-1T00:00:00Z',
    '2026-01-01',
    '1767225600000',
    '',
    'now',
  ])('does not read %j', (text) => {
    expect(readInstant(text)).toBeUndefined();
  });

  it.each([NaN, Infinity, 0.5, 2 ** 53])('does not read the number %d', (number) => {
    expect(readInstant(number)).toBeUndefined();
  });
});

describe('isoInstant', () => {
  it.each([undefined, NaN, Infinity, 8.64e15 + 1])('names no instant for %s', (ms) => {
    expect(isoInstant(ms)).toBeNull();
  });
});
