import type { Migration } from '../migration.js';
import { loginCheckFunctionsSql } from './login-check-functions.js';

/** Marks of logins that may be findings, until somebody has looked: a crash in between must not cost an alert. */
const tableSql = (schema: string): string => `
create table ${schema}.login_checks (
  user_id text collate "C" not null,
  event_id text collate "C" not null,
  ts timestamptz not null,
  marked_at timestamptz not null,
  primary key (user_id, event_id)
);

-- Marks live for moments: what is read often is a table of dead rows.
create index login_checks_marked_at on ${schema}.login_checks (marked_at);
`;

export const loginChecks: Migration = {
  version: 4,
  name: 'login checks',
  sql: (schema) => [tableSql(schema), loginCheckFunctionsSql(schema)].join('\n'),
};
