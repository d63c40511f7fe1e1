import { BodyTooLargeError, readCapped } from './capped-body.js';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(0x61);

/** A body of endless pieces that counts them and knows whether it was told to stop. */
class Flood {
  sent = 0;
  isCancelled = false;

  readonly response = new Response(
    new ReadableStream<Uint8Array>({
      pull: (controller) => {
        this.sent += 1024;
        controller.enqueue(bytes(1024));
      },
      cancel: () => {
        this.isCancelled = true;
      },
    }) as never,
  );
}

describe('readCapped', () => {
  it('reads up to the cap, the last byte included', async () => {
    expect(await readCapped(new Response(bytes(1000)), 1000)).toHaveLength(1000);
    await expect(readCapped(new Response(bytes(1001)), 1000)).rejects.toThrow(BodyTooLargeError);
  });

  it('reads no body as empty text', async () => {
    expect(await readCapped(new Response(null, { status: 204 }), 10)).toBe('');
  });

  it('stops an endless body soon after the cap', async () => {
    const flood = new Flood();
    await expect(readCapped(flood.response, 10_000)).rejects.toThrow(BodyTooLargeError);
    expect(flood.isCancelled).toBe(true);
    expect(flood.sent).toBeLessThan(16_000);
  });

  it('joins a character that two pieces share, and leaves out the byte order mark', async () => {
    const pieces = [[0xef, 0xbb, 0xbf, 0xe2, 0x82], [0xac]].map((piece) => Uint8Array.from(piece));
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const piece = pieces.shift();
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
    });
    expect(await readCapped(new Response(body as never), 100)).toBe('€');
  });
});
