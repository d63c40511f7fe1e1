import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../common/clock/clock.js';
import type { SecretText } from '../../../common/secrets/secret-text.js';
import type { Alert } from '../alert.js';

/** What a user says of a login: "this was me", or not. */
export const ACCOUNT_ANSWERS = ['yes', 'no'] as const;
export type AccountAnswer = (typeof ACCOUNT_ANSWERS)[number];

/** What a link says that was signed here and is still good. Whether it was used before is in the database. */
export interface SignedAnswer {
  readonly alertId: string;
  readonly answer: AccountAnswer;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface AnswerLinksOptions {
  /** The site's key. Links are signed with another one that is made of it. */
  readonly key: SecretText;
  /** Where users reach the service: `https://risk.example.com`, or with a path. */
  readonly publicUrl: string;
  readonly clock: Clock;
  /** Milliseconds after the alert was made in which its links are good. @default 604800000, seven days */
  readonly validMs?: number | undefined;
}

/** Token of the {@link AnswerLinks}; `undefined` where users are not asked. */
export const ANSWER_LINKS = Symbol('IP_RISK:ANSWER_LINKS');

/** The path of the page that a link opens, followed by the link's token. */
export const ANSWER_PATH = 'v1/was-this-you';

const DEFAULT_VALID_MS = 7 * 86_400_000;
/** Another purpose of the same key gets another label, and nothing signed for the one is good for the other. */
const LABEL = 'nestjs-ip-risk: links of "was this you?", 1';
const KEY_BYTES = 32;
const LONGEST_TOKEN = 256;
/** The alert's id, the answer, the end in milliseconds to the base 36, and 256 bits of HMAC in base64url. */
const TOKEN =
  /^(?<signed>(?<alertId>[a-z][a-z0-9]{23})\.(?<answer>yes|no)\.(?<end>[0-9a-z]{1,11}))\.(?<mac>[\w-]{43})$/;

/**
 * Makes and reads the links with which users answer. A link is the same however often it is made, so that an alert that
 * is delivered again holds the same ones.
 */
export class AnswerLinks {
  readonly #key: Buffer;
  private readonly baseUrl: string;
  private readonly clock: Clock;
  private readonly validMs: number;

  constructor({ key, publicUrl, clock, validMs = DEFAULT_VALID_MS }: AnswerLinksOptions) {
    this.#key = Buffer.from(hkdfSync('sha256', key.reveal(), '', LABEL, KEY_BYTES));
    this.baseUrl = publicUrl.replace(/\/+$/, '');
    this.clock = clock;
    this.validMs = validMs;
  }

  /** The same two links for the same alert, whenever they are made. */
  linksFor({ id, createdAt }: Pick<Alert, 'id' | 'createdAt'>): { readonly yesUrl: string; readonly noUrl: string } {
    const expiresAt = Math.trunc(createdAt + this.validMs);
    return { yesUrl: this.#urlOf(id, 'yes', expiresAt), noUrl: this.#urlOf(id, 'no', expiresAt) };
  }

  /** `forged` for whatever was not signed with this key, also where it would be expired. */
  verify(token: string): SignedAnswer | 'forged' | 'expired' {
    const { signed, alertId, answer, end, mac } = token.length > LONGEST_TOKEN ? {} : (TOKEN.exec(token)?.groups ?? {});
    if (signed === undefined || alertId === undefined || end === undefined || mac === undefined) return 'forged';
    if (!this.#isSigned(signed, mac)) return 'forged';
    const expiresAt = Number.parseInt(end, 36);
    if (!(this.clock.now() < expiresAt)) return 'expired';
    return { alertId, answer: answer === 'yes' ? 'yes' : 'no', expiresAt };
  }

  #urlOf(alertId: string, answer: AccountAnswer, expiresAt: number): string {
    const signed = `${alertId}.${answer}.${expiresAt.toString(36)}`;
    return `${this.baseUrl}/${ANSWER_PATH}/${signed}.${this.#macOf(signed)}`;
  }

  #isSigned(signed: string, mac: string): boolean {
    // Compared as text: two spellings of the same base64 are not the same link.
    return timingSafeEqual(Buffer.from(this.#macOf(signed)), Buffer.from(mac));
  }

  #macOf(signed: string): string {
    return createHmac('sha256', this.#key).update(signed).digest('base64url');
  }
}
