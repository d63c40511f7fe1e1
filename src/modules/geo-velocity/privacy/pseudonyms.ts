import { createHmac } from 'node:crypto';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import type { SecretText } from '../../../common/secrets/secret-text.js';
import { epochOf, LASTING_EPOCH, type EpochSalts } from './epoch-salts.js';
import { networkOf } from './network-of.js';

/** 128 bits. */
const PSEUDONYM_BYTES = 16;

/** Digests of one epoch. */
export interface EpochPseudonyms {
  readonly address: string;
  readonly prefix: string;
  /** The same for the same text, user and instant at the same address. */
  readonly event: (userId: string, ts: number) => string;
}

/**
 * Keyed digests that stand for addresses: HMAC-SHA-256 with the site's key and a random salt for each month. Once a
 * month's salt is deleted nobody can tell any more which address a pseudonym of it was.
 *
 * Without a key the salts alone do it: then whoever can read the database can try all IPv4 addresses and learn those of
 * the months whose salts are still there. With another key than before, everything from before counts as another address.
 */
export class Pseudonyms {
  readonly #key: SecretText | undefined;
  private readonly salts: EpochSalts;

  constructor(key: SecretText | undefined, salts: EpochSalts) {
    this.#key = key;
    this.salts = salts;
  }

  /** @throws StorageError */
  async of(address: IpAddress, ts: number): Promise<EpochPseudonyms> {
    const salt = await this.salts.saltOf(epochOf(ts));
    return {
      address: this.#digest(salt, 'address', address.text),
      prefix: this.#digest(salt, 'prefix', networkOf(address)),
      // A digest without the key would tell the address to whoever tries them all.
      event: (userId, instant) => this.#digest(salt, 'event', address.text, String(instant), userId),
    };
  }

  /** The name of a network that lasts: what a user is trusted with in one month counts in the next. */
  async lastingNetwork(address: IpAddress): Promise<string> {
    return this.#digest(await this.salts.saltOf(LASTING_EPOCH), 'network', networkOf(address));
  }

  #digest(salt: string, ...parts: readonly string[]): string {
    const hmac = createHmac('sha256', `${salt}${this.#key?.reveal() ?? ''}`);
    return hmac.update(parts.join(' ')).digest().subarray(0, PSEUDONYM_BYTES).toString('base64url');
  }
}
