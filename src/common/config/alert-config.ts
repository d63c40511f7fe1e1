import { InvalidConfigurationError } from '../errors/ip-risk.error.js';
import { SecretText } from '../secrets/secret-text.js';
import type { AlertEnvironment } from './alert-environment.js';

/** Where alerts go. */
export type AlertDestination =
  | { readonly kind: 'log' }
  | {
      readonly kind: 'novu';
      readonly secretKey: SecretText;
      readonly workflowId: string;
      readonly userWorkflowId: string;
      /** `undefined` for Novu's own cloud. */
      readonly serverUrl: string | undefined;
      /** Text such as `subscriber:soc,email:soc@example.com,topic:soc`. */
      readonly recipients: string;
    }
  | { readonly kind: 'webhook'; readonly url: SecretText; readonly secret: SecretText };

export interface AlertConfig {
  readonly destination: AlertDestination;
  readonly publicUrl: string | undefined;
  readonly windowMs: number;
  readonly capPerHour: number;
  readonly groupBy: readonly ('user' | 'prefix' | 'asn' | 'policy')[];
  readonly asksUsers: boolean;
}

/** @throws InvalidConfigurationError for settings of which one lacks the other. */
export function alertConfigOf(
  environment: AlertEnvironment,
  { hasHashKey, mayConnect }: { readonly hasHashKey: boolean; readonly mayConnect: boolean },
): AlertConfig {
  const destination = destinationOf(environment);
  if (destination.kind !== 'log' && !mayConnect) {
    throw new InvalidConfigurationError(
      'IP_RISK_NO_EGRESS is true, and NOVU_SECRET_KEY or IP_RISK_ALERT_WEBHOOK_URL sends alerts over the network; change one.',
    );
  }
  const publicUrl = environment.IP_RISK_PUBLIC_URL === '' ? undefined : environment.IP_RISK_PUBLIC_URL;
  const asksUsers = environment.IP_RISK_ALERT_USERS;
  if (asksUsers && (publicUrl === undefined || !hasHashKey || destination.kind === 'log')) {
    throw new InvalidConfigurationError(
      'IP_RISK_ALERT_USERS sends users links to this service: set IP_RISK_PUBLIC_URL, IP_RISK_HASH_KEY, and NOVU_SECRET_KEY or IP_RISK_ALERT_WEBHOOK_URL as well.',
    );
  }
  return {
    destination,
    publicUrl,
    windowMs: environment.IP_RISK_ALERT_WINDOW_SECONDS * 1000,
    capPerHour: environment.IP_RISK_ALERT_CAP,
    groupBy: environment.IP_RISK_ALERT_GROUP_BY,
    asksUsers,
  };
}

function destinationOf(environment: AlertEnvironment): AlertDestination {
  const { NOVU_SECRET_KEY: key, IP_RISK_ALERT_WEBHOOK_URL: url, IP_RISK_ALERT_WEBHOOK_SECRET: secret } = environment;
  const recipients = environment.IP_RISK_ALERT_RECIPIENTS.trim();
  if (key !== '' && url !== '') {
    throw new InvalidConfigurationError(
      'NOVU_SECRET_KEY and IP_RISK_ALERT_WEBHOOK_URL are both set, and alerts go one way; remove one.',
    );
  }
  if ((url === '') !== (secret === '')) {
    throw new InvalidConfigurationError(
      'IP_RISK_ALERT_WEBHOOK_URL and IP_RISK_ALERT_WEBHOOK_SECRET belong together: set both or none.',
    );
  }
  if (key !== '' && recipients === '') {
    throw new InvalidConfigurationError(
      'NOVU_SECRET_KEY is set and IP_RISK_ALERT_RECIPIENTS is not: say whom alerts go to, such as subscriber:soc.',
    );
  }
  if (url !== '') return { kind: 'webhook', url: new SecretText(url), secret: new SecretText(secret) };
  if (key === '') return { kind: 'log' };
  return {
    kind: 'novu',
    secretKey: new SecretText(key),
    workflowId: environment.NOVU_WORKFLOW_ID,
    userWorkflowId: environment.NOVU_USER_WORKFLOW_ID,
    serverUrl: environment.NOVU_SERVER_URL === '' ? undefined : environment.NOVU_SERVER_URL,
    recipients,
  };
}
