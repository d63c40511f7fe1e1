import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';
import { SecretText } from '../../common/secrets/secret-text.js';
import { DEFAULT_TRAVEL_LIMITS, type TravelLimits } from '../geo-velocity/travel/travel-verdict.js';
import type { GeoVelocityOptions } from './ip-risk-options.js';

export const GEO_VELOCITY_SETTINGS = Symbol('IP_RISK:GEO_VELOCITY_SETTINGS');

/** {@link GeoVelocityOptions} with everything settled. */
export interface GeoVelocitySettings {
  readonly limits: TravelLimits;
  readonly trustDays: number;
  readonly retentionDays: number;
  readonly addressDays: number;
  readonly hashKey: SecretText | undefined;
}

/** Far above any sense; a window of a hundred years would be one of partitions without end. */
const MOST_DAYS = 3660;
const FASTEST_KMH = 1_000_000;
const SHORTEST_HASH_KEY = 16;

/** @throws InvalidConfigurationError naming the option, and the service's variable for it. */
export function geoVelocitySettings(options: GeoVelocityOptions = {}): GeoVelocitySettings {
  const { hashKey } = options;
  if (hashKey !== undefined && hashKey.replace(/\s/g, '').length < SHORTEST_HASH_KEY) {
    throw new InvalidConfigurationError(
      `geoVelocity.hashKey (IP_RISK_HASH_KEY) must have ${SHORTEST_HASH_KEY} characters or more that are no blanks.`,
    );
  }
  const { speedKmh = DEFAULT_TRAVEL_LIMITS.speedKmh, minDistanceKm = DEFAULT_TRAVEL_LIMITS.minDistanceKm } = options;
  if (!(speedKmh >= 1 && speedKmh <= FASTEST_KMH)) {
    throw new InvalidConfigurationError(
      `geoVelocity.speedKmh (IP_RISK_TRAVEL_SPEED_KMH): ${String(speedKmh)} must be from 1 to ${FASTEST_KMH} km/h.`,
    );
  }
  if (!(minDistanceKm >= 0 && minDistanceKm <= 20_000)) {
    throw new InvalidConfigurationError(
      `geoVelocity.minDistanceKm (IP_RISK_TRAVEL_MIN_KM): ${String(minDistanceKm)} must be from 0 to 20000 km.`,
    );
  }
  return {
    limits: { speedKmh, minDistanceKm },
    trustDays: daysOf(options.trustDays ?? 30, 1, 'trustDays (IP_RISK_TRUST_DAYS)'),
    retentionDays: daysOf(options.retentionDays ?? 90, 1, 'retentionDays (IP_RISK_RETENTION_DAYS)'),
    addressDays: daysOf(options.addressDays ?? 30, 0, 'addressDays (IP_RISK_ADDRESS_DAYS)'),
    hashKey: hashKey === undefined ? undefined : new SecretText(hashKey),
  };
}

function daysOf(days: number, least: number, name: string): number {
  if (Number.isInteger(days) && days >= least && days <= MOST_DAYS) return days;
  throw new InvalidConfigurationError(
    `geoVelocity.${name}: ${String(days)} must be a whole number of days from ${least} to ${MOST_DAYS}.`,
  );
}
