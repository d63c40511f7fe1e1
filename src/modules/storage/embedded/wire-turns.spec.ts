import fc from 'fast-check';
import { leavesTransactionOpen, simpleQuery, WireTurns } from './wire-turns.js';

const message = (letter: string, body: Uint8Array): Buffer => {
  const header = Buffer.alloc(5);
  header.write(letter, 'latin1');
  header.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
};

describe('WireTurns', () => {
  it('cuts the same turns wherever the network cuts the bytes', () => {
    const turn = fc
      .tuple(
        fc.array(fc.tuple(fc.constantFrom('P', 'B', 'D', 'E'), fc.uint8Array({ maxLength: 20 })), { maxLength: 4 }),
        fc.constantFrom('S', 'Q'),
        fc.uint8Array({ maxLength: 20 }),
      )
      .map(([parts, end, body]) =>
        Buffer.concat([...parts.map(([letter, part]) => message(letter, part)), message(end, body)]),
      );
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 5 }), fc.array(fc.nat(200)), (turns, cuts) => {
        const bytes = Buffer.concat(turns);
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        const reader = new WireTurns();
        const read = places.slice(1).flatMap((end, at) => reader.add(bytes.subarray(places[at], end)));
        expect(read.map((one) => one.toString('hex'))).toEqual(turns.map((one) => one.toString('hex')));
      }),
    );
  });

  it('reads what it writes', () => {
    expect(new WireTurns().add(simpleQuery('ROLLBACK'))).toEqual([Buffer.from('Q\0\0\0\x0dROLLBACK\0', 'latin1')]);
  });

  it.each([
    ['Z\0\0\0\x05I', false],
    ['Z\0\0\0\x05T', true],
    ['Z\0\0\0\x05E', true],
    ['', true],
  ])('knows from the end of an answer whether a transaction is open: %p', (end, isOpen) => {
    expect(leavesTransactionOpen(Buffer.from(`C\0\0\0\x04${end}`, 'latin1'))).toBe(isOpen);
  });
});
