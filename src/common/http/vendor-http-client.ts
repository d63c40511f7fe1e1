import type { Clock } from '../clock/clock.js';
import { ProviderError } from '../errors/ip-risk.error.js';
import { BodyTooLargeError, readCapped } from './capped-body.js';
import { isDeeperThan, MOST_JSON_LEVELS } from '../json/json-depth.js';
import { failureOfStatus, type FailureReader, type VendorAnswer, type VendorFailure } from './vendor-answer.js';

/** One call to a vendor. Everything in it was made by this library: an address arrives as its canonical text. */
export interface VendorCall {
  /** Below the base URL, starting with "/", each part encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON by POST; without it the call is a GET. */
  readonly json?: unknown;
  /** Bytes of the decoded answer. @default 262144 */
  readonly maxBytes?: number;
}

/** Who waits for the answer, and how long. */
export interface CallContext {
  readonly signal: AbortSignal;
  /** Clock milliseconds after which an answer is of no use; a retry must fit before it. */
  readonly deadlineAt: number;
}

export interface VendorHttpOptions {
  readonly providerId: string;
  /** Checked by `vendorBaseUrl`. */
  readonly baseUrl: string;
  /** Milliseconds for one attempt, its body included. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  readonly failureIn?: FailureReader;
}

const MAX_BYTES = 256 * 1024;
const MOST_ATTEMPTS = 2;
const RETRY_DELAY_MS = 30;
/** Time that a second attempt must at least have. */
const LEAST_ATTEMPT_MS = 50;

/**
 * Asks one vendor over HTTP. Follows no redirect, takes no encoding, reads no more than the cap, and tries a second time
 * only after a failure that may pass, and only within the deadline.
 */
export class VendorHttpClient {
  readonly #options: VendorHttpOptions;

  constructor(options: VendorHttpOptions) {
    this.#options = options;
  }

  /** @throws ProviderError, which never holds the URL, a header, a key or a cause that could. */
  async call(call: VendorCall, context: CallContext): Promise<VendorAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(call, context);
      if (!('code' in outcome)) return outcome;
      const delayMs = Math.max(RETRY_DELAY_MS, outcome.retryAfterMs ?? 0);
      if (attempt === MOST_ATTEMPTS || !mayPass(outcome) || !this.#fits(delayMs, context)) {
        throw new ProviderError(this.#options.providerId, outcome.code, { retryAfterMs: outcome.retryAfterMs });
      }
      await this.#pause(delayMs, context.signal);
    }
  }

  async #attempt(call: VendorCall, { signal }: CallContext): Promise<VendorAnswer | VendorFailure> {
    if (signal.aborted) return { code: 'PROVIDER_TIMEOUT' };
    const { clock, timeoutMs, failureIn } = this.#options;
    const abort = new AbortController();
    const stop = (): void => {
      abort.abort();
    };
    const cancelTimer = clock.after(timeoutMs, stop);
    signal.addEventListener('abort', stop, { once: true });
    try {
      // Raced, because an injected fetch may not heed the signal.
      const answer = await Promise.race([this.#send(call, abort.signal), rejectionOf(abort.signal)]);
      return failureIn?.(answer) ?? failureOfStatus(answer) ?? (answer.body === undefined ? BAD_RESPONSE : answer);
    } catch (error) {
      if (abort.signal.aborted) return { code: 'PROVIDER_TIMEOUT' };
      return error instanceof BodyTooLargeError ? BAD_RESPONSE : { code: 'PROVIDER_UNREACHABLE' };
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', stop);
      // Ends the connection of an answer that was not read to its end.
      abort.abort();
    }
  }

  async #send(call: VendorCall, signal: AbortSignal): Promise<VendorAnswer> {
    const { json, headers, query = {}, path, maxBytes = MAX_BYTES } = call;
    const search = new URLSearchParams(query).toString();
    const response = await this.#options.fetch(`${this.#options.baseUrl}${path}${search === '' ? '' : `?${search}`}`, {
      method: json === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      signal,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const header = (name: string): string | undefined => response.headers.get(name) ?? undefined;
    const isJson = /^application\/([\w.-]+\+)*json\s*(;|$)/i.test(header('content-type') ?? '');
    // An encoding nobody asked for may unfold to gigabytes; what is no JSON is not worth reading.
    const isReadable = isJson && /^(identity)?$/i.test(header('content-encoding') ?? '');
    return {
      status: response.status,
      header,
      body: isReadable ? parsed(await readCapped(response, maxBytes)) : undefined,
    };
  }

  #fits(delayMs: number, { deadlineAt }: CallContext): boolean {
    return this.#options.clock.now() + delayMs + LEAST_ATTEMPT_MS <= deadlineAt;
  }

  #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#options.clock.after(delayMs, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

const BAD_RESPONSE: VendorFailure = { code: 'PROVIDER_BAD_RESPONSE' };

/** A refused key and a spent quota stay so; a lost connection, an error of the server and a burst limit may pass. */
function mayPass({ code }: VendorFailure): boolean {
  return code === 'PROVIDER_UNREACHABLE' || code === 'PROVIDER_RATE_LIMITED';
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

function parsed(text: string): unknown {
  try {
    return isDeeperThan(text, MOST_JSON_LEVELS) ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
