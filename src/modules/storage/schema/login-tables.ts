/**
 * Tables of the first step. The columns of a login that other tools know (user, time, address, place, asn) have the usual
 * names and types, so that SQL written for such a table runs here.
 */
export const loginTablesSql = (schema: string): string => `
create table ${schema}.user_login_events (
  user_id text collate "C" not null,
  ts timestamptz not null,
  ip inet,
  country text,
  region text,
  city text,
  lat double precision,
  lon double precision,
  asn bigint,
  event_id text collate "C" not null default gen_random_uuid()::text,
  accuracy_radius_km double precision,
  network text not null default 'access',
  comparable boolean not null default false,
  ip_pseudonym text,
  prefix_pseudonym text,
  recorded_at timestamptz not null default now(),
  primary key (user_id, event_id, ts)
) partition by range (ts);

comment on column ${schema}.user_login_events.ip is 'null once past the address age: see ip_pseudonym';
comment on column ${schema}.user_login_events.comparable is 'shows a place where the user was: decided when recorded';

create table ${schema}.user_login_events_default partition of ${schema}.user_login_events default;

create index user_login_events_user_ts on ${schema}.user_login_events (user_id, ts desc);

-- A user of a VPN may have a hundred thousand logins that are compared with nothing.
create index user_login_events_comparable on ${schema}.user_login_events (user_id, ts, event_id) where comparable;

create table ${schema}.hosting_asns (asn bigint primary key);

create table ${schema}.user_trust (
  user_id text collate "C" not null,
  id text collate "C" not null,
  kind text not null check (kind in ('announced', 'network', 'country')),
  country text,
  network text,
  since timestamptz not null,
  until timestamptz not null check (until > since),
  primary key (user_id, id)
);

create index user_trust_until on ${schema}.user_trust (until);

create table ${schema}.pseudonym_epochs (
  epoch text collate "C" primary key,
  salt text not null,
  created_at timestamptz not null default now()
);
`;
