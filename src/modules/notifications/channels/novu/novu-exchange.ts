import { readCapped } from '../../../../common/http/capped-body.js';

/** What came back from Novu, before anybody judged it. */
export interface NovuAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** `undefined` where it broke off or is too long. */
  readonly text: string | undefined;
}

const MOST_BYTES = 64 * 1024;
/** Statuses whose answers have no body; `Response` takes none for them. */
const BODILESS = [101, 103, 204, 205, 304];

/**
 * One call of the SDK as it went over the wire. The SDK throws on answers that it does not know, also where Novu has taken
 * the event; what counts is here. Follows no redirect, which could carry the key elsewhere, and reads no endless body.
 */
export class NovuExchange {
  readonly #fetch: typeof globalThis.fetch;
  /** Whether the SDK came as far as asking. */
  wasAsked = false;
  answer: NovuAnswer | undefined;

  constructor(fetch: typeof globalThis.fetch) {
    this.#fetch = fetch;
  }

  readonly fetch = async (input: Parameters<typeof globalThis.fetch>[0], init?: RequestInit): Promise<Response> => {
    this.wasAsked = true;
    const response = await this.#fetch(input, { ...init, redirect: 'manual' });
    const { status, headers } = response;
    this.answer = { status, headers, text: undefined };
    const text = await readCapped(response, MOST_BYTES);
    this.answer = { status, headers, text };
    return new Response(BODILESS.includes(status) ? null : text, { status, headers });
  };
}
