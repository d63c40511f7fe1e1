import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isDeeperThan, MOST_JSON_LEVELS } from '../json/json-depth.js';

/** Longest text of an entry, in bytes. Ours have some 2,000; anything longer is not worth reading. */
export const MOST_ENTRY_LENGTH = 65_536;

const CIPHER = 'aes-256-gcm';
const IV_LENGTH = 12;
const TAG_LENGTH = 16;
/** base64url of 256 bits. */
const SEAL_LENGTH = 43;

/**
 * Names and seals what lies in Redis. Names hold no address, only its HMAC. A value that was cut, changed, or moved under
 * another name does not open; with a secret of one's own, neither does one that somebody else wrote.
 */
export class EntrySeal {
  readonly #secret: string;

  /** @param secret the same for all processes; without one, whoever can write to Redis can also seal. */
  constructor(secret = '') {
    this.#secret = secret;
  }

  /** 128 bits of the key's HMAC, base64url. */
  nameOf(key: string): string {
    return this.#hmac('name', key).subarray(0, 16).toString('base64url');
  }

  /** @param name binds the text to its place. */
  close(name: string, data: unknown): string {
    const text = JSON.stringify(data);
    return this.#sealOf(name, text) + text;
  }

  /** `undefined` for text that is not what was put under that name. */
  open(name: string, sealed: string): unknown {
    if (sealed.length <= SEAL_LENGTH || sealed.length > MOST_ENTRY_LENGTH) return undefined;
    const text = sealed.slice(SEAL_LENGTH);
    const given = Buffer.from(sealed.slice(0, SEAL_LENGTH));
    const due = Buffer.from(this.#sealOf(name, text));
    // Compared as bytes of text: two spellings of the same base64 are not the same seal.
    if (given.length !== due.length || !timingSafeEqual(given, due)) return undefined;
    if (isDeeperThan(text, MOST_JSON_LEVELS)) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  }

  /** The text for nobody but those who have the secret. */
  hide(text: string): string {
    const iv = randomBytes(IV_LENGTH);
    const cipher = createCipheriv(CIPHER, this.#hmac('hide'), iv);
    const hidden = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return hidden.toString('base64url');
  }

  /** `undefined` for what was not hidden under the same secret. */
  reveal(hidden: string): string | undefined {
    const bytes = Buffer.from(hidden, 'base64url');
    if (bytes.length < IV_LENGTH + TAG_LENGTH) return undefined;
    const tagAt = bytes.length - TAG_LENGTH;
    try {
      const decipher = createDecipheriv(CIPHER, this.#hmac('hide'), bytes.subarray(0, IV_LENGTH), {
        authTagLength: TAG_LENGTH,
      });
      decipher.setAuthTag(bytes.subarray(tagAt));
      return Buffer.concat([decipher.update(bytes.subarray(IV_LENGTH, tagAt)), decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }

  #sealOf(name: string, text: string): string {
    return this.#hmac('seal', name, text).toString('base64url');
  }

  #hmac(...parts: readonly string[]): Buffer {
    return createHmac('sha256', this.#secret).update(parts.join('\0')).digest();
  }
}
