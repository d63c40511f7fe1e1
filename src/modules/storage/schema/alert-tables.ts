/** Severities are numbers, 0 `low` to 3 `critical`. */
const alertsSql = (schema: string): string => `
create table ${schema}.alerts (
  id text collate "C" primary key,
  recipient text collate "C" not null,
  kind text collate "C" not null,
  severity smallint not null check (severity between 0 and 3),
  audience text not null check (audience in ('team', 'user')),
  count bigint not null check (count >= 0),
  suppressed bigint not null check (suppressed >= 0),
  is_digest boolean not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  created_at timestamptz not null,
  facts jsonb not null,
  user_id text collate "C",
  state text collate "C" not null default 'pending' check (state in ('pending', 'queued', 'delivered', 'dead')),
  attempts integer not null default 0,
  key_generation integer not null default 0,
  next_attempt_at timestamptz,
  give_up_at timestamptz not null,
  queued_until timestamptz not null default '-infinity',
  delivered_at timestamptz,
  ended_at timestamptz,
  last_failure text
);

comment on column ${schema}.alerts.queued_until is 'until then the queue has it; afterwards it is put in again';

create index alerts_created on ${schema}.alerts (created_at, id);
create index alerts_recipient on ${schema}.alerts (recipient, created_at);
create index alerts_user on ${schema}.alerts (user_id, created_at) where user_id is not null;
create index alerts_due on ${schema}.alerts (queued_until, created_at) where state in ('pending', 'queued');
create index alerts_dead on ${schema}.alerts (created_at) where state = 'dead';
create index alerts_ended on ${schema}.alerts (ended_at) where ended_at is not null;
create index alerts_with_ip on ${schema}.alerts (created_at) where facts ? 'ip';
`;

/**
 * What holds a storm. `alert_groups` has a row while a group's window lasts, with the events that wait for its digest (`open_…`).
 * `alert_recipients` are rows to lock: who makes an alert for a recipient counts those of the last hour first. Totals are
 * only ever added to, by a row for each transaction, so that nobody waits for them; they are summed up now and then.
 */
const stormSql = (schema: string): string => `
create table ${schema}.alert_groups (
  key text collate "C" primary key,
  recipient text collate "C" not null,
  kind text collate "C" not null,
  audience text not null,
  window_ms double precision not null,
  cap integer not null,
  severity smallint not null default 0,
  ends_at timestamptz not null default '-infinity',
  open_count bigint not null default 0 check (open_count >= 0),
  open_parts integer not null default 0,
  open_severity smallint,
  open_score double precision,
  open_first_at timestamptz,
  open_last_at timestamptz,
  open_facts jsonb
) with (fillfactor = 70);

create index alert_groups_ends on ${schema}.alert_groups (ends_at);

create table ${schema}.alert_recipients (
  key text collate "C" primary key,
  held bigint not null default 0,
  used_at timestamptz not null,
  held_kind text collate "C",
  held_audience text,
  held_severity smallint,
  held_cap integer,
  held_first_at timestamptz,
  held_last_at timestamptz,
  held_facts jsonb,
  noticed_at timestamptz not null default '-infinity'
) with (fillfactor = 70);

comment on column ${schema}.alert_recipients.held is 'events kept back by the cap since the last alert; held_… are of the worst';
comment on column ${schema}.alert_recipients.noticed_at is 'when an alert was last made that only says how many were kept back';

create index alert_recipients_held on ${schema}.alert_recipients (key) where held > 0;

create table ${schema}.alert_dedupe (
  id text collate "C" primary key,
  at timestamptz not null
);

create index alert_dedupe_at on ${schema}.alert_dedupe (at);

create table ${schema}.alert_tallies (
  id bigint generated always as identity primary key,
  triggered bigint not null default 0,
  suppressed bigint not null default 0,
  repeated bigint not null default 0,
  delivered bigint not null default 0,
  dead bigint not null default 0,
  delivered_alerts bigint not null default 0
);
`;

/** Tables of the second step. */
export const alertTablesSql = (schema: string): string => alertsSql(schema) + stormSql(schema);
