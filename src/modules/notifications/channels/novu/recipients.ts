import { InvalidConfigurationError } from '../../../../common/errors/ip-risk.error.js';

/** Whom Novu tells. */
export type Recipient =
  | { readonly kind: 'subscriber'; readonly id: string }
  | { readonly kind: 'email'; readonly address: string }
  | { readonly kind: 'topic'; readonly key: string };

/** As Novu takes it. A subscriber that does not exist is made. */
export type NovuRecipient =
  { readonly subscriberId: string; readonly email?: string } | { readonly type: 'Topic'; readonly topicKey: string };

/** Novu takes no more in one event. */
const MOST_RECIPIENTS = 100;
const SETTING = 'recipients (IP_RISK_ALERT_RECIPIENTS)';

/**
 * Reads text such as `subscriber:soc,email:soc@example.com,topic:soc`.
 *
 * @throws InvalidConfigurationError that names the entry by its number, not by what is in it.
 */
export function parseRecipients(text: string): readonly Recipient[] {
  const entries = text.split(',').map((entry) => entry.trim());
  return checkedRecipients(entries.filter((entry) => entry !== '').map((entry, index) => parsed(entry, index + 1)));
}

/** The same ones, each once. @throws InvalidConfigurationError unless there are 1 to 100, each with a name. */
export function checkedRecipients(recipients: readonly Recipient[]): readonly Recipient[] {
  const byName = new Map(recipients.map((recipient) => [JSON.stringify(novuRecipientOf(recipient)), recipient]));
  if (byName.size === 0 || byName.size > MOST_RECIPIENTS) {
    throw new InvalidConfigurationError(`${SETTING} must name 1 to ${MOST_RECIPIENTS}, such as subscriber:soc.`);
  }
  return [...byName.values()];
}

export function novuRecipientOf(recipient: Recipient): NovuRecipient {
  switch (recipient.kind) {
    case 'subscriber':
      return { subscriberId: recipient.id };
    case 'email':
      return { subscriberId: recipient.address, email: recipient.address };
    case 'topic':
      return { type: 'Topic', topicKey: recipient.key };
  }
}

function parsed(entry: string, number: number): Recipient {
  const [, kind, name = ''] = /^(subscriber|email|topic):\s*([\w.@+:-]{1,255})$/.exec(entry) ?? [];
  if (kind === 'subscriber') return { kind, id: name };
  if (kind === 'topic') return { kind, key: name };
  if (kind === 'email' && /^[\w.+-]+@[\w-]+(\.[\w-]+)*$/.test(name)) return { kind, address: name };
  throw new InvalidConfigurationError(
    `${SETTING}: entry ${number} must be subscriber:ID, email:ADDRESS or topic:KEY; several are separated by commas.`,
  );
}
