import { systemClock, type Clock } from '../../../../common/clock/clock.js';
import { InvalidConfigurationError } from '../../../../common/errors/ip-risk.error.js';
import { vendorBaseUrl } from '../../../../common/http/vendor-base-url.js';
import type { DeliveryOutcome } from '../../../alerting/delivery-outcome.js';
import type { AlertChannel, OutgoingAlert } from '../alert-channel.js';
import { untilAborted } from '../until-aborted.js';
import { NovuExchange } from './novu-exchange.js';
import { outcomeOfAnswer } from './novu-outcome.js';
import { checkedRecipients, novuRecipientOf, type NovuRecipient, type Recipient } from './recipients.js';

/** Settings of {@link novuChannel}. */
export interface NovuChannelOptions {
  /** Of the environment that the workflows are in. */
  readonly secretKey: string;
  /** Whom alerts for the team go to, 1-100. `parseRecipients` reads them out of text. */
  readonly recipients: readonly Recipient[];
  /** @default 'security-alert' */
  readonly workflowId?: string;
  /** "Was this you?", to the subscriber whose id is the user's. @default 'was-this-you' */
  readonly userWorkflowId?: string;
  /** Novu's cloud in the EU is https://eu.api.novu.co; your own may have a path. @default 'https://api.novu.co' */
  readonly serverUrl?: string;
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch;
  /** @default the system's */
  readonly clock?: Clock;
}

const CLOUD = 'https://api.novu.co';

/** Sends alerts to Novu, one event each, and makes no second try by itself. @throws InvalidConfigurationError */
export function novuChannel(options: NovuChannelOptions): AlertChannel {
  return new NovuChannel(options);
}

class NovuChannel implements AlertChannel {
  readonly name = 'novu';
  readonly #secretKey: string;
  readonly #team: readonly NovuRecipient[];
  readonly #workflows: { readonly team: string; readonly user: string };
  readonly #serverUrl: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #clock: Clock;
  #sdk: ReturnType<typeof loadSdk> | undefined;

  constructor(options: NovuChannelOptions) {
    this.#secretKey = checkedKey(options.secretKey);
    this.#team = checkedRecipients(options.recipients).map(novuRecipientOf);
    this.#workflows = {
      team: options.workflowId ?? 'security-alert',
      user: options.userWorkflowId ?? 'was-this-you',
    };
    this.#serverUrl = vendorBaseUrl(options.serverUrl ?? CLOUD, 'novu: serverUrl (NOVU_SERVER_URL)');
    this.#fetch = options.fetch ?? globalThis.fetch;
    this.#clock = options.clock ?? systemClock;
  }

  async start(): Promise<void> {
    await (this.#sdk ??= loadSdk());
  }

  async deliver(alert: OutgoingAlert, signal: AbortSignal): Promise<DeliveryOutcome> {
    const to = this.#recipientsOf(alert);
    if (to === undefined) return NOBODY;
    const exchange = new NovuExchange(this.#fetch);
    try {
      await untilAborted(signal, () => this.#trigger(alert, to, exchange, signal));
    } catch {
      // What the SDK throws names its classes and not what happened; the exchange knows.
    }
    const { answer, wasAsked } = exchange;
    if (answer !== undefined) return outcomeOfAnswer(answer, { audience: alert.audience, now: this.#clock.now() });
    if (signal.aborted) return { status: 'failed', reason: 'Novu did not answer in time.' };
    return { status: 'failed', reason: wasAsked ? 'Novu cannot be reached.' : 'Novu could not be asked.' };
  }

  async #trigger(
    { audience, id, payload, idempotencyKey }: OutgoingAlert,
    to: readonly NovuRecipient[],
    exchange: NovuExchange,
    signal: AbortSignal,
  ): Promise<void> {
    const { NovuCore, HTTPClient, trigger } = await (this.#sdk ??= loadSdk());
    const client = new NovuCore({
      secretKey: this.#secretKey,
      serverURL: this.#serverUrl,
      httpClient: new HTTPClient({ fetcher: exchange.fetch }),
      // Its own retries go on for an hour; ours are in the database.
      retryConfig: { strategy: 'none' },
    });
    const event = { workflowId: this.#workflows[audience], to: toOf(to), payload, transactionId: id };
    // A time limit of the SDK's would be unused: it has none where there is a signal.
    await trigger(client, event, idempotencyKey, { signal });
  }

  #recipientsOf({ audience, userId }: OutgoingAlert): readonly NovuRecipient[] | undefined {
    if (audience === 'team') return this.#team;
    return userId === undefined ? undefined : [{ subscriberId: userId }];
  }
}

const NOBODY: DeliveryOutcome = {
  status: 'refused',
  reason: 'The alert is for a user and names none.',
  isMisconfigured: false,
};

/** The SDK takes 50 MB; only who sends with it has it. */
async function loadSdk() {
  const [{ NovuCore }, { trigger }, { HTTPClient }] = await Promise.all([
    import('@novu/api/core.js'),
    import('@novu/api/funcs/trigger.js'),
    import('@novu/api/lib/http.js'),
  ]);
  return { NovuCore, trigger, HTTPClient };
}

/** One recipient stands by itself, as in Novu's own examples. */
function toOf(recipients: readonly NovuRecipient[]): NovuRecipient | NovuRecipient[] {
  const [only] = recipients;
  return recipients.length === 1 && only !== undefined ? only : [...recipients];
}

function checkedKey(secretKey: string): string {
  const key = secretKey.trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new InvalidConfigurationError('novu: secretKey (NOVU_SECRET_KEY) must be a key as Novu shows it.');
}
