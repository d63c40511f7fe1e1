import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** The keys that open the REST API. Only their HMACs are kept, under a key made anew for each process. */
export class ApiKeys {
  readonly #secret = randomBytes(32);
  readonly #digests: readonly Buffer[];

  constructor(keys: readonly string[]) {
    this.#digests = keys.map((key) => this.#digest(key));
  }

  /** False when the service runs without keys, which it does on loopback only. */
  get isRequired(): boolean {
    return this.#digests.length > 0;
  }

  /** Takes the same time for a known key, an unknown one, and none. */
  has(candidate: string): boolean {
    const digest = this.#digest(candidate);
    let isKnown = false;
    for (const known of this.#digests) {
      // Every key is compared, also after a hit.
      isKnown = timingSafeEqual(known, digest) || isKnown;
    }
    return isKnown;
  }

  #digest(key: string): Buffer {
    return createHmac('sha256', this.#secret).update(key).digest();
  }
}
