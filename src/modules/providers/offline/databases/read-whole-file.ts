import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { InvalidDatasetError } from '../../../../common/errors/ip-risk.error.js';

/** Bytes read at once; large enough to be fast, small enough that other requests get their turn. */
const CHUNK_BYTES = 8 * 1024 * 1024;

/**
 * The bytes of a file in one buffer of exactly its size. `fs.readFile` gathers chunks and joins them, so that a 70 MB
 * database would take 140 MB for a while, and the process would keep the pages.
 *
 * @throws InvalidDatasetError naming the file, when it cannot be read.
 */
export async function readWholeFile(path: string): Promise<Buffer> {
  try {
    return await readBytes(path);
  } catch (cause) {
    throw new InvalidDatasetError(`${basename(path)} cannot be read; check the path and its rights.`, { cause });
  }
}

async function readBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.allocUnsafeSlow(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(bytes, filled, Math.min(CHUNK_BYTES, size - filled), filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}
