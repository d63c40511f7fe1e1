import type { Alert, AlertFacts } from '../../src/modules/alerting/alert.js';
import type { OutgoingAlert } from '../../src/modules/notifications/channels/alert-channel.js';
import { buildPayload } from '../../src/modules/notifications/payload/build-payload.js';

const AT = Date.parse('2026-01-01T00:00:00Z');

/** An alert with everything in it. */
export function fullAlert(changed: Partial<Alert> = {}, facts: Partial<AlertFacts> = {}): Alert {
  return {
    id: 'a23456789012345678901234',
    kind: 'risk',
    severity: 'high',
    audience: 'team',
    count: 12,
    suppressed: 3,
    isDigest: true,
    firstAt: AT - 60_000,
    lastAt: AT,
    createdAt: AT,
    facts: {
      ip: '185.220.101.7',
      score: 85,
      level: 'critical',
      reasons: [{ code: 'TOR_EXIT', points: 85, provider: 'offline', detail: 'a Tor exit' }],
      country: 'DE',
      city: 'Berlin',
      asn: 60_729,
      user: 'user-42',
      route: 'LoginController.login',
      policy: 'login',
      mode: 'live',
      action: 'block',
      decisionId: 'd1',
      provider: undefined,
      detail: '185.220.101.7 is a Tor exit.',
      trustNetwork: 'a-pseudonym',
      eventId: 'an-event',
      ...facts,
    },
    state: 'queued',
    attempts: 0,
    keyGeneration: 0,
    nextAttemptAt: undefined,
    deliveredAt: undefined,
    lastFailure: undefined,
    ...changed,
  };
}

const LINKS = { yesUrl: 'https://risk.example.com/yes', noUrl: 'https://risk.example.com/no' };

/** {@link fullAlert} on its way out. */
export function outgoingAlert(changed: Partial<Alert> = {}): OutgoingAlert {
  const alert = fullAlert(changed);
  return {
    id: alert.id,
    kind: alert.kind,
    severity: alert.severity,
    audience: alert.audience,
    userId: alert.facts.user,
    idempotencyKey: `${alert.id}.${alert.keyGeneration}`,
    payload: buildPayload(alert, { publicUrl: 'https://risk.example.com', links: LINKS }),
  };
}
