import type { Migration } from '../migration.js';
import { alertFunctionsSql } from './alert-functions.js';
import { alertTablesSql } from './alert-tables.js';

/** The second step: alerts, and what holds a storm of them. */
export const alerts: Migration = {
  version: 2,
  name: 'alerts',
  sql: (schema) => [alertTablesSql(schema), alertFunctionsSql(schema)].join('\n'),
};
