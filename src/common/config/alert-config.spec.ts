import { inspect } from 'node:util';
import { InvalidConfigurationError } from '../errors/ip-risk.error.js';
import { readServiceConfig } from './service-config.js';

const NOVU = { NOVU_SECRET_KEY: 'a-novu-secret', IP_RISK_ALERT_RECIPIENTS: 'subscriber:soc' };
const WEBHOOK = {
  IP_RISK_ALERT_WEBHOOK_URL: 'https://example.com/a-secret-path',
  IP_RISK_ALERT_WEBHOOK_SECRET: 'a-webhook-secret-0123',
};

describe('The settings of alerts', () => {
  it('send alerts to Novu once there is a key, to its security-alert workflow', () => {
    expect(readServiceConfig(NOVU).alerts.destination).toMatchObject({
      kind: 'novu',
      workflowId: 'security-alert',
      userWorkflowId: 'was-this-you',
      serverUrl: undefined,
      recipients: 'subscriber:soc',
    });
  });

  it('show neither key nor secret nor the URL of a webhook', () => {
    for (const variables of [NOVU, WEBHOOK]) {
      const { alerts } = readServiceConfig(variables);
      expect(inspect(alerts, { depth: 9, showHidden: true }) + JSON.stringify(alerts)).not.toMatch(
        /secret-|novu-secret/,
      );
    }
  });

  it.each<[string, Record<string, string>]>([
    ['IP_RISK_DECISION_LOG', { IP_RISK_DECISION_LOG: 'sometimes' }],
    ['IP_RISK_ALERT_RECIPIENTS', { NOVU_SECRET_KEY: 'a-novu-secret' }],
    ['remove one', { ...NOVU, ...WEBHOOK }],
    ['IP_RISK_ALERT_WEBHOOK_SECRET', { IP_RISK_ALERT_WEBHOOK_URL: WEBHOOK.IP_RISK_ALERT_WEBHOOK_URL }],
    ['IP_RISK_ALERT_WEBHOOK_SECRET', { ...WEBHOOK, IP_RISK_ALERT_WEBHOOK_SECRET: 'short' }],
    ['IP_RISK_ALERT_WEBHOOK_URL', { ...WEBHOOK, IP_RISK_ALERT_WEBHOOK_URL: 'ftp://example.com' }],
    ['NOVU_SERVER_URL', { ...NOVU, NOVU_SERVER_URL: 'https://user:a-secret-word@example.com' }],
    ['IP_RISK_ALERT_WINDOW_SECONDS', { IP_RISK_ALERT_WINDOW_SECONDS: '0' }],
    ['IP_RISK_ALERT_CAP', { IP_RISK_ALERT_CAP: '0' }],
    ['IP_RISK_ALERT_GROUP_BY', { IP_RISK_ALERT_GROUP_BY: 'user,mood' }],
    ['IP_RISK_ALERT_USERS', { IP_RISK_ALERT_USERS: 'maybe' }],
    ['IP_RISK_PUBLIC_URL', { ...NOVU, IP_RISK_ALERT_USERS: 'true' }],
    ['IP_RISK_NO_EGRESS', { ...NOVU, IP_RISK_NO_EGRESS: 'true' }],
  ])('that cannot be meant stop the start in a sentence that names %s', (named, variables) => {
    const read = (): unknown => readServiceConfig(variables);
    expect(read).toThrow(InvalidConfigurationError);
    expect(read).toThrow(named);
    expect(read).not.toThrow(/a-secret|a-novu-secret|a-webhook-secret/);
  });
});
