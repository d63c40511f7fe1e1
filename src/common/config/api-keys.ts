import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** What is known of a key that opens the API; the key itself is not. */
export interface ApiKey {
  /** Requests a minute, 0 for as many as it likes; `undefined` for the service's own limit. */
  readonly limit: number | undefined;
}

interface KnownKey extends ApiKey {
  readonly digest: Buffer;
}

/** An entry of `IP_RISK_API_KEYS`: a key of 16 characters or more, and perhaps its own limit. */
export const API_KEY_ENTRY = /^[^;]{16,}(;limit=(0|[1-9]\d{0,6}))?$/;

const LIMIT = ';limit=';

/** The keys that open the REST API. Only their HMACs are kept, under a key made anew for each process. */
export class ApiKeys {
  readonly #secret = randomBytes(32);
  readonly #keys: readonly KnownKey[];

  /** @param entries keys, each alone or as `KEY;limit=6000`. Of a key that comes twice the last entry counts. */
  constructor(entries: readonly string[]) {
    this.#keys = entries.map((entry) => {
      const [key = '', limit] = entry.split(LIMIT);
      return { digest: this.#digest(key), limit: limit === undefined ? undefined : Number(limit) };
    });
  }

  /** False when the service runs without keys, which it does on loopback only. */
  get isRequired(): boolean {
    return this.#keys.length > 0;
  }

  /** Takes the same time for a known key, an unknown one, and none. */
  find(candidate: string): ApiKey | undefined {
    const digest = this.#digest(candidate);
    let found: KnownKey | undefined;
    for (const known of this.#keys) {
      // Every key is compared, also after a hit.
      found = timingSafeEqual(known.digest, digest) ? known : found;
    }
    return found;
  }

  #digest(key: string): Buffer {
    return createHmac('sha256', this.#secret).update(key).digest();
  }
}
