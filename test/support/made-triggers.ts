import {
  NO_ALERT_FACTS,
  type AlertFacts,
  type AlertSeverity,
  type AlertTrigger,
} from '../../src/modules/alerting/alert.js';
import type { AlertSettings } from '../../src/modules/alerting/alert-settings.js';

export const ALERT_SETTINGS: AlertSettings = {
  windowMs: 300_000,
  capPerHour: 60,
  groupBy: ['user', 'prefix', 'policy'],
  asksUsers: false,
  retentionDays: 90,
  addressDays: 30,
};

export type TriggerParts = Partial<Omit<AlertTrigger, 'facts'>> & { readonly facts?: Partial<AlertFacts> };

/** One event of a user, now. */
export function triggerOf(
  now: number,
  user: string,
  severity: AlertSeverity = 'medium',
  { facts, ...rest }: TriggerParts = {},
): AlertTrigger {
  return {
    kind: 'risk',
    severity,
    audience: 'team',
    facts: { ...NO_ALERT_FACTS, ip: '203.0.113.7', user, policy: 'default', ...facts },
    prefix: '203.0.113.0/24',
    count: 1,
    firstAt: now,
    lastAt: now,
    ...rest,
  };
}
