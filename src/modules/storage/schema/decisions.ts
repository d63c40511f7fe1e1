import type { Migration } from '../migration.js';
import { decisionFunctionsSql } from './decision-functions.js';
import { decisionPartitionsSql } from './decision-partitions.js';
import { decisionTablesSql } from './decision-tables.js';

/** The third step: every decision on record, and the function that writes a batch of them. */
export const decisions: Migration = {
  version: 3,
  name: 'decisions',
  sql: (schema) =>
    [
      decisionTablesSql(schema),
      decisionPartitionsSql(schema),
      decisionFunctionsSql(schema),
      // Enough for what is decided from now on; the daily job makes the rest.
      `select ${schema}.ensure_decision_partitions(now() - interval '1 week', now() + interval '3 weeks');`,
    ].join('\n'),
};
