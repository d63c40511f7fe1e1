import { InvalidConfigurationError } from '../../common/errors/ip-risk.error.js';

export const DEFAULT_SCHEMA = 'ip_risk';
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * The name, when it can be written into a statement as it is.
 *
 * @throws InvalidConfigurationError
 */
export function schemaName(name: string): string {
  if (SCHEMA_NAME.test(name) && !name.startsWith('pg_')) return name;
  throw new InvalidConfigurationError(
    'The database schema (IP_RISK_DATABASE_SCHEMA) must have 1–63 characters of a–z, 0–9 and _, and begin with a letter ' +
      'or _ and not with pg_.',
  );
}
