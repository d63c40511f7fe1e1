import type { Migration } from '../migration.js';
import { loginFunctionsSql } from './login-functions.js';
import { loginTablesSql } from './login-tables.js';
import { partitionFunctionsSql } from './partition-functions.js';
import { trustFunctionsSql } from './trust-functions.js';

/** The first step: logins, what is trusted, and the functions that make one round trip of a login. */
export const loginHistory: Migration = {
  version: 1,
  name: 'login history',
  sql: (schema) =>
    [
      loginTablesSql(schema),
      partitionFunctionsSql(schema),
      loginFunctionsSql(schema),
      trustFunctionsSql(schema),
      // Enough for what is reported from now on; the daily job makes the rest.
      `select ${schema}.ensure_partitions(now() - interval '1 week', now() + interval '3 weeks');`,
    ].join('\n'),
};
