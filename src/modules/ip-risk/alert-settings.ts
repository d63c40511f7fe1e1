import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import {
  ALERT_GROUPINGS,
  DEFAULT_ALERT_CAP,
  DEFAULT_ALERT_GROUPING,
  DEFAULT_ALERT_WINDOW_MS,
  type AlertSettings,
} from '../alerting/alert-settings.js';
import type { GeoVelocitySettings } from './geo-velocity-options.js';
import type { AlertOptions, IpRiskModuleOptions } from './ip-risk-options.js';

export const ALERT_SETTINGS = Symbol('IP_RISK:ALERT_SETTINGS');

const MOST_WINDOW_SECONDS = 86_400;
const MOST_CAP = 100_000;
const MOST_VALID_DAYS = 365;

/** @throws InvalidConfigurationError naming the option. */
export function alertSettings(
  { alerts: given, database }: IpRiskModuleOptions,
  { retentionDays, addressDays, hashKey }: Pick<GeoVelocitySettings, 'retentionDays' | 'addressDays' | 'hashKey'>,
): AlertSettings {
  const alerts = given ?? {};
  const { windowSeconds = DEFAULT_ALERT_WINDOW_MS / 1000, capPerHour = DEFAULT_ALERT_CAP, askUsers } = alerts;
  if (!(windowSeconds >= 1 && windowSeconds <= MOST_WINDOW_SECONDS)) {
    throw new InvalidConfigurationError(
      `alerts.windowSeconds (IP_RISK_ALERT_WINDOW_SECONDS): ${String(windowSeconds)} must be from 1 to ${MOST_WINDOW_SECONDS} seconds.`,
    );
  }
  if (!(Number.isInteger(capPerHour) && capPerHour >= 1 && capPerHour <= MOST_CAP)) {
    throw new InvalidConfigurationError(
      `alerts.capPerHour (IP_RISK_ALERT_CAP): ${String(capPerHour)} must be a whole number from 1 to ${MOST_CAP}.`,
    );
  }
  if (given !== undefined && database === undefined) {
    throw new InvalidConfigurationError('alerts are raised into the database; set `database`, or leave `alerts` out.');
  }
  if (askUsers !== undefined) checkQuestion(askUsers, hashKey !== undefined);
  return {
    windowMs: Math.round(windowSeconds * 1000),
    capPerHour,
    groupBy: groupingOf(alerts),
    asksUsers: askUsers !== undefined,
    retentionDays,
    addressDays,
  };
}

function checkQuestion({ publicUrl, validDays = 1 }: NonNullable<AlertOptions['askUsers']>, hasHashKey: boolean): void {
  if (!hasHashKey) {
    throw new InvalidConfigurationError('alerts.askUsers signs its links with geoVelocity.hashKey; set it.');
  }
  if (!/^https?:$/.test(URL.canParse(publicUrl) ? new URL(publicUrl).protocol : '')) {
    throw new InvalidConfigurationError(
      'alerts.askUsers.publicUrl (IP_RISK_PUBLIC_URL) must be a URL such as https://risk.example.com.',
    );
  }
  if (!(validDays > 0 && validDays <= MOST_VALID_DAYS)) {
    throw new InvalidConfigurationError(
      `alerts.askUsers.validDays: ${String(validDays)} must be above 0 and at most ${MOST_VALID_DAYS} days.`,
    );
  }
}

function groupingOf({ groupBy = DEFAULT_ALERT_GROUPING }: AlertOptions): AlertSettings['groupBy'] {
  const stranger = groupBy.find((name) => !ALERT_GROUPINGS.includes(name));
  if (groupBy.length > 0 && stranger === undefined) return groupBy;
  throw new InvalidConfigurationError(
    `alerts.groupBy (IP_RISK_ALERT_GROUP_BY) must name some of: ${ALERT_GROUPINGS.join(', ')}.`,
  );
}
