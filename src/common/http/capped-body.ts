/** Thrown by {@link readCapped} when there is more than the cap. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/**
 * The body's text, read piece by piece: `response.text()` would hold whatever a server sends.
 *
 * @param maxBytes of the decoded body.
 * @throws BodyTooLargeError; the rest is not read.
 */
export async function readCapped(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    size += read.value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      throw new BodyTooLargeError();
    }
    pieces.push(read.value);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}
