/** What became of one try to deliver an alert. */
export type DeliveryOutcome =
  | { readonly status: 'delivered' }
  | {
      /** It is tried again. */
      readonly status: 'failed';
      /** One sentence; holds no key and no URL. */
      readonly reason: string;
      /** Milliseconds that the service asked to wait. */
      readonly retryAfterMs?: number | undefined;
      /** The service answers this idempotency key with a failure that it keeps: the next try needs another key. */
      readonly isKeySpent?: boolean | undefined;
    }
  | {
      /** It would be refused again: the alert is dead until somebody replays it. */
      readonly status: 'refused';
      readonly reason: string;
      /** The settings have to change first: a wrong key, a workflow that does not exist or is switched off. */
      readonly isMisconfigured: boolean;
    };
