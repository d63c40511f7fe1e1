import type { Migration } from '../migration.js';
import { accountFunctionsSql } from './account-functions.js';

/**
 * What users answered to "was this you?". Of a user who was erased the answer stays without the user, so that the link
 * stays used.
 */
const tablesSql = (schema: string): string => `
create table ${schema}.account_reports (
  alert_id text collate "C" primary key,
  user_id text collate "C",
  answer text not null check (answer in ('yes', 'no')),
  answered_at timestamptz not null,
  country text,
  trusted_until timestamptz,
  released_at timestamptz
);

comment on column ${schema}.account_reports.trusted_until is 'what a yes taught ends then; null where it taught nothing';
comment on column ${schema}.account_reports.released_at is 'null for a no whose hold nobody has lifted';

create index account_reports_user on ${schema}.account_reports (user_id);
create index account_reports_answered on ${schema}.account_reports (answered_at, alert_id);
`;

/** The kinds of the first step and \`held\`. Postgres named the constraint, so it is found by what it says. */
const heldKindSql = (schema: string): string => `
do $kinds$
declare
  found_name text;
begin
  for found_name in
    select c.conname from pg_constraint c
    where c.conrelid = '${schema}.user_trust'::regclass and c.contype = 'c'
      and pg_get_constraintdef(c.oid) like '%announced%'
  loop
    execute format('alter table ${schema}.user_trust drop constraint %I', found_name);
  end loop;
end
$kinds$;

alter table ${schema}.user_trust add constraint user_trust_kind_check
  check (kind in ('announced', 'network', 'country', 'held'));
`;

/** The fifth step: answers to "was this you?", and accounts that are held. */
export const accountReports: Migration = {
  version: 5,
  name: 'account reports',
  sql: (schema) => [tablesSql(schema), heldKindSql(schema), accountFunctionsSql(schema)].join('\n'),
};
