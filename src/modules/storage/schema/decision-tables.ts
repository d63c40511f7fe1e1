/**
 * Rows of one minute that say the same are one row with its count; the minute is what they are found again by and
 * partitioned by, since the first instant of a row is known only once it is made.
 */
const decisionsSql = (schema: string): string => `
create table ${schema}.decisions (
  id text collate "C" not null,
  minute timestamptz not null,
  at timestamptz not null,
  last_at timestamptz not null,
  count bigint not null check (count > 0),
  route text not null,
  policy text not null,
  policy_digest text collate "C" not null,
  mode text not null,
  action text not null,
  intended_action text not null,
  cause text not null,
  score smallint,
  level text,
  failed_open boolean not null,
  failed_closed boolean not null,
  require_mfa boolean not null,
  reasons json not null,
  degraded text[] not null,
  failures json not null,
  subject text collate "C",
  claimed_country text,
  ip inet,
  ip_pseudonym text collate "C",
  prefix_pseudonym text collate "C",
  country text,
  asn bigint,
  travel_status text,
  travel json,
  signals_digest text collate "C",
  latency_sum_ms bigint not null,
  latency_max_ms bigint not null,
  is_summary boolean not null,
  is_confirmed boolean not null,
  primary key (id, minute)
) partition by range (minute);

comment on column ${schema}.decisions.count is 'decisions that the row stands for; their sum is exact';
comment on column ${schema}.decisions.ip is 'null once past the address age: see ip_pseudonym';
comment on column ${schema}.decisions.is_summary is 'more waited to be written than fit into memory: only counted';
comment on column ${schema}.decisions.is_confirmed is 'false where a request went on before its record was known to be kept';

create table ${schema}.decisions_default partition of ${schema}.decisions default;

create index decisions_at on ${schema}.decisions (at, id);
create index decisions_subject on ${schema}.decisions (subject, at, id) where subject is not null;
create index decisions_ip on ${schema}.decisions (ip) where ip is not null;
create index decisions_ip_pseudonym on ${schema}.decisions (ip_pseudonym) where ip_pseudonym is not null;
`;

/**
 * Signals and policies are kept once. `used_on` says when a decision last named them, so that nobody has to look through
 * the decisions for who still does.
 */
const textsSql = (schema: string): string => `
create table ${schema}.decision_signals (
  digest text collate "C" primary key,
  body json not null,
  used_on date not null
);

create index decision_signals_used_on on ${schema}.decision_signals (used_on);

create table ${schema}.decision_policies (
  digest text collate "C" primary key,
  body json not null,
  used_on date not null
);
`;

/** Processes that write decisions, each with its last batch and what that was answered. */
const writersSql = (schema: string): string => `
create table ${schema}.decision_writers (
  writer text collate "C" primary key,
  batch bigint not null,
  answer json,
  written_at timestamptz not null
);
`;

/** Tables of decisions, and of what they were made by. */
export const decisionTablesSql = (schema: string): string =>
  [decisionsSql(schema), textsSql(schema), writersSql(schema)].join('\n');
