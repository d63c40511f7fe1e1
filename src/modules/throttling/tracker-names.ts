import { createHmac } from 'node:crypto';
import type { SecretText } from '../../common/secrets/secret-text.js';

/** Sets our digests apart from those that others make of the same texts. */
const WITHOUT_A_SECRET = 'ip-risk:throttle';

/**
 * Names for what is counted, the same in every process, that do not say what they stand for. Without a secret they are
 * plain digests: who reads the Redis can then try out addresses, and keys as far as those can be guessed.
 */
export class TrackerNames {
  readonly #secret: string;

  constructor(secret?: SecretText) {
    this.#secret = secret?.reveal() ?? WITHOUT_A_SECRET;
  }

  /** @param kind what `text` is; the same text of two kinds is counted twice. */
  of(kind: 'key' | 'network' | 'failed-keys', text: string): string {
    const digest = createHmac('sha256', this.#secret).update(`${kind}:${text}`).digest('base64url');
    return `ip-risk:throttle:${digest.slice(0, 22)}`;
  }
}
