import { systemClock, type Clock } from '../../../../common/clock/clock.js';
import { InvalidConfigurationError } from '../../../../common/errors/ip-risk.error.js';
import type { DeliveryOutcome } from '../../../alerting/delivery-outcome.js';
import type { AlertChannel, OutgoingAlert } from '../alert-channel.js';
import { retryAfterMs } from '../retry-after.js';
import { untilAborted } from '../until-aborted.js';
import { SIGNATURE_HEADER, signatureOf } from './webhook-signature.js';

/** Settings of {@link webhookChannel}. */
export interface WebhookChannelOptions {
  /** http or https, without a user in it. It may hold a secret, and is shown nowhere. */
  readonly url: string;
  /** Signs what is sent; 16 characters or more. */
  readonly secret: string;
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch;
  /** @default the system's */
  readonly clock?: Clock;
}

const LEAST_SECRET = 16;

/** Posts alerts as JSON to a URL, signed. @throws InvalidConfigurationError */
export function webhookChannel(options: WebhookChannelOptions): AlertChannel {
  return new WebhookChannel(options);
}

class WebhookChannel implements AlertChannel {
  readonly name = 'webhook';
  readonly #url: string;
  readonly #secret: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #clock: Clock;

  constructor({ url, secret, fetch = globalThis.fetch, clock = systemClock }: WebhookChannelOptions) {
    this.#url = checkedUrl(url);
    if (secret.length < LEAST_SECRET) {
      throw new InvalidConfigurationError(`webhook: secret must have ${LEAST_SECRET} characters or more.`);
    }
    this.#secret = secret;
    this.#fetch = fetch;
    this.#clock = clock;
  }

  async deliver(alert: OutgoingAlert, signal: AbortSignal): Promise<DeliveryOutcome> {
    try {
      return (await untilAborted(signal, () => this.#post(alert, signal))) ?? NOT_IN_TIME;
    } catch {
      return signal.aborted ? NOT_IN_TIME : { status: 'failed', reason: 'The webhook cannot be reached.' };
    }
  }

  async #post(alert: OutgoingAlert, signal: AbortSignal): Promise<DeliveryOutcome> {
    const body = JSON.stringify(alert.payload);
    const response = await this.#fetch(this.#url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': alert.idempotencyKey,
        'X-IP-Risk-Alert': alert.id,
        [SIGNATURE_HEADER]: signatureOf(this.#secret, body, this.#clock.now()),
      },
      body,
      // What we send names people; nobody else's host gets it.
      redirect: 'manual',
      signal,
    });
    response.body?.cancel().catch(() => undefined);
    return outcomeOf(response, this.#clock.now());
  }
}

const NOT_IN_TIME: DeliveryOutcome = { status: 'failed', reason: 'The webhook did not answer in time.' };

/** 4xx that may pass: a time limit, a request under way, one sent too early, too many. */
const PASSING = [408, 409, 425, 429];
/** What another URL or secret would change. */
const WRONG_SETTINGS = [401, 403, 404, 405, 410];

function outcomeOf({ status, headers }: Response, now: number): DeliveryOutcome {
  if (status >= 200 && status < 300) return { status: 'delivered' };
  if (status >= 400 && status < 500 && !PASSING.includes(status)) {
    const isMisconfigured = WRONG_SETTINGS.includes(status);
    const remedy = isMisconfigured ? '; check its URL and its secret' : '';
    return { status: 'refused', reason: `The webhook answered ${status}${remedy}.`, isMisconfigured };
  }
  const detail = status >= 300 && status < 400 ? ', a redirect, which is not followed; set the URL it leads to' : '';
  return {
    status: 'failed',
    reason: `The webhook answered ${status}${detail}.`,
    retryAfterMs: retryAfterMs(headers.get('retry-after'), now),
  };
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new InvalidConfigurationError(
      'webhook: url must be a URL such as https://example.com/alerts, without a user in it.',
    );
  }
  return url.href;
}
