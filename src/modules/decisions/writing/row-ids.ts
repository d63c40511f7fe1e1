import { hash, randomBytes } from 'node:crypto';

const LENGTH = 24;
const SECRET_BYTES = 32;

/** The same id for the same row of one process; 24 characters `a-z0-9`, beginning with a letter. */
export class RowIds {
  /** Kept nowhere: else whoever reads the database could try all addresses, also those that are forgotten there. */
  readonly #secret = randomBytes(SECRET_BYTES).toString('base64url');

  /** @param key what rows of one minute differ by */
  of(key: string, minute: number): string {
    const digest = hash('sha256', `${this.#secret}\n${minute}\n${key}`);
    // 124 bits; the rest of the letters would say nothing more.
    return `d${BigInt(`0x${digest.slice(1, 32)}`)
      .toString(36)
      .padStart(LENGTH, '0')
      .slice(1 - LENGTH)}`;
  }
}
