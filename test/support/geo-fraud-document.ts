import { randomBytes } from 'node:crypto';
import { Client, type QueryResult } from 'pg';
import { systemClock } from '../../src/common/clock/clock.js';
import { seededRandom } from '../../src/modules/geo-velocity/anomalies/seeded-random.js';
import type { QueryResult as Answer } from '../../src/modules/storage/database.js';
import { createDatabase } from '../../src/modules/storage/open-database.js';
import { MIGRATIONS } from '../../src/modules/storage/schema/migrations.js';
import { MAY_CREATE_DATABASES, POSTGRES_URL } from './databases.js';
import { insertLogins, type LoginRow } from './login-rows.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * The SQL examples of the article on IP geolocation for fraud prevention, as they are printed: what somebody who keeps
 * logins in the article's table runs by hand.
 */
export const PREREQUISITES = 'create extension if not exists cube; create extension if not exists earthdistance;';

export const HOSTING_TABLE = 'create table if not exists hosting_asns (asn int primary key);';

export const IMPOSSIBLE_TRAVEL = `
with last_two as (
select user_id, ts, lat, lon,
lag(ts) over (partition by user_id order by ts) as prev_ts,
lag(lat) over (partition by user_id order by ts) as prev_lat,
lag(lon) over (partition by user_id order by ts) as prev_lon
from user_login_events
)
select user_id, ts, prev_ts,
earth_distance(ll_to_earth(lat, lon), ll_to_earth(prev_lat, prev_lon)) / 1000 as km,
extract(epoch from (ts - prev_ts))/3600 as hours,
case when extract(epoch from (ts - prev_ts))>0
then (earth_distance(ll_to_earth(lat, lon), ll_to_earth(prev_lat, prev_lon)) / 1000)
/(extract(epoch from (ts - prev_ts))/3600)
else null end as kmh
from last_two
where prev_ts is not null and (earth_distance(ll_to_earth(lat, lon), ll_to_earth(prev_lat, prev_lon)) / 1000) / nullif(extract(epoch from (ts - prev_ts))/3600,0) > 900;`;

export const HOSTING_LOGINS = `
select e.user_id, e.ts, e.asn
from user_login_events e
join hosting_asns h on h.asn = e.asn;`;

const COUNTRY_SEQUENCE = 'array_agg(distinct country order by min(ts))';

/** No Postgres takes it: what is made distinct can be ordered by itself alone, and never by an aggregate. */
export const USER_JOURNEYS_AS_PRINTED = `
with user_journey as (
select
user_id,
ts,
country,
region,
city,
lat, lon,
lag(ts) over (partition by user_id order by ts) as prev_ts,
lag(country) over (partition by user_id order by ts) as prev_country,
case when lag(country) over (partition by user_id order by ts) != country
then 'COUNTRY_CHANGE' else 'SAME_COUNTRY' end as location_change
from user_login_events
where ts >= now() - interval '30 days'
)
select
user_id,
count(*) as total_logins,
count(distinct country) as countries_visited,
${COUNTRY_SEQUENCE} as country_sequence,
max(case when location_change = 'COUNTRY_CHANGE' then 1 else 0 end) as has_country_changes,
min(ts) as first_login,
max(ts) as last_login
from user_journey
group by user_id
having count(*) >= 5
order by countries_visited desc, total_logins desc;`;

/** The one expression replaced by what it means: the countries, each once, by the time of its first login. */
export const USER_JOURNEYS = USER_JOURNEYS_AS_PRINTED.replace(
  COUNTRY_SEQUENCE,
  `(select array_agg(visited.country order by visited.first_ts) from (
    select u.country, min(u.ts) as first_ts from user_journey u
    where u.user_id = user_journey.user_id and u.country is not null group by u.country
  ) visited)`,
);

/** Numbers that Postgres counts or divides exactly come as text from `pg`. */
export interface ImpossibleTravelRow {
  readonly user_id: string;
  readonly ts: Date;
  readonly prev_ts: Date;
  readonly km: number;
  readonly hours: string;
  readonly kmh: number;
}

export interface HostingLoginRow {
  readonly user_id: string;
  readonly ts: Date;
  readonly asn: string;
}

export interface UserJourneyRow {
  readonly user_id: string;
  readonly total_logins: string;
  readonly countries_visited: string;
  readonly country_sequence: readonly string[] | null;
  readonly has_country_changes: number;
  readonly first_login: Date;
  readonly last_login: Date;
}

/** A Postgres database of a test's own with our schema in it. */
export interface DocumentDatabase {
  readonly url: string;
  readonly schema: string;
  /** As somebody at a terminal: our schema is first in the search path. The rows of the last statement. */
  readonly byHand: <Row>(sql: string) => Promise<Row[]>;
  readonly seed: (rows: readonly LoginRow[], hostingAsns: readonly number[]) => Promise<void>;
  /** Drops the database. */
  readonly dispose: () => Promise<void>;
}

/** `describe` of suites over a {@link DocumentDatabase}; they are skipped, with a line printed, where there can be none. */
export const describeDocument: typeof describe.skip = MAY_CREATE_DATABASES ? describe : describe.skip;

if (!MAY_CREATE_DATABASES) {
  const reason =
    POSTGRES_URL === undefined ? 'no Postgres is reachable' : 'the role of TEST_DATABASE_URL may not create databases';
  process.stderr.write(`The article's SQL is not run: ${reason}.\n`);
}

/** A database of its own, since an extension belongs to a whole database. For suites of {@link describeDocument}. */
export async function createDocumentDatabase(schema = 'ip_risk'): Promise<DocumentDatabase> {
  if (POSTGRES_URL === undefined) throw new TypeError('No Postgres.');
  const name = `geo_fraud_${randomBytes(8).toString('hex')}`;
  const admin = new Client({ connectionString: POSTGRES_URL });
  await admin.connect();
  await admin.query(`create database ${name} template template0`);
  await admin.end();
  const own = new URL(POSTGRES_URL);
  own.pathname = `/${name}`;
  const url = own.href;
  const database = createDatabase({ url, schema }, MIGRATIONS, systemClock);
  await database.open();
  await database.close();
  const terminal = new Client({ connectionString: url });
  await terminal.connect();
  await terminal.query(`set search_path = ${schema}, public`);
  return {
    url,
    schema,
    byHand: async <Row>(sql: string) => rowsOf(await terminal.query(sql)) as Row[],
    seed: async (rows, hostingAsns) => {
      const query = async <Row>(text: string, values: readonly unknown[] = []): Promise<Answer<Row>> => {
        const answer = await terminal.query(text, [...values]);
        return { rows: answer.rows as Row[], rowCount: answer.rowCount ?? 0 };
      };
      await insertLogins({ schema, query }, rows);
      await terminal.query(`insert into hosting_asns (asn) values ${hostingAsns.map((asn) => `(${asn})`).join(', ')}`);
    },
    dispose: async () => {
      await terminal.end();
      const last = new Client({ connectionString: POSTGRES_URL });
      await last.connect();
      await last.query(`drop database ${name}`);
      await last.end();
    },
  };
}

/** `pg` answers several statements with a list. */
function rowsOf(answer: QueryResult | QueryResult[]): unknown[] {
  return (Array.isArray(answer) ? answer.at(-1) : answer)?.rows ?? [];
}

export const DOCUMENT_ASNS = [13335, 15169, 64500];

const PLACES = [
  { country: 'DE', city: 'Berlin', lat: 52.52, lon: 13.405 },
  { country: 'US', city: 'New York', lat: 40.7128, lon: -74.006 },
  { country: 'US', city: 'Los Angeles', lat: 34.0522, lon: -118.2437 },
  { country: 'JP', city: 'Tokyo', lat: 35.6895, lon: 139.6917 },
  { country: 'FJ', city: 'Suva', lat: -18.1416, lon: 178.4419 },
  { country: 'NO', city: 'Longyearbyen', lat: 78.2232, lon: 15.6267 },
] as const;

/**
 * Some 700 logins of 15 users in the 60 days before `now`, the same for the same seed. No two of one user's are at one
 * instant, where the article's SQL may answer either way, but for those of `twice`, where both ways are the same; and
 * none is within an hour of the 30 days that a journey looks back.
 */
export function documentLogins(now: number, seed = 1): LoginRow[] {
  const random = seededRandom(seed);
  const rows = Array.from({ length: 700 }, (_, index): LoginRow => {
    const traveller = Math.floor(random() * 12);
    // The first users stay at home, the last ones are everywhere.
    const place = PLACES[Math.floor(random() ** (6 - traveller / 2) * PLACES.length)] ?? PLACES[0];
    const isUnknown = random() < 0.05;
    return {
      user: `user ${traveller}`,
      at: now - 60 * DAY + Math.floor(((index + random() / 2) * 60 * DAY) / 700),
      ...place,
      ...(isUnknown ? { lat: null, lon: null } : {}),
      country: random() < 0.05 ? null : place.country,
      asn: random() < 0.2 ? (DOCUMENT_ASNS[index % 4] ?? null) : 3320,
      ip: `10.${index % 250}.0.1`,
    };
  }).filter(({ at }) => Math.abs(at - (now - 30 * DAY)) > 60 * MINUTE);
  const burst = (user: string, count: number, since: number): LoginRow[] =>
    Array.from({ length: count }, (_, index) => ({
      user,
      at: since + index * 20 * MINUTE,
      ...(PLACES[index] ?? PLACES[0]),
    }));
  return [
    ...rows,
    ...burst('four', 4, now - DAY),
    ...burst('five', 5, now - DAY),
    ...burst('long ago', 6, now - 40 * DAY),
    { user: 'twice', at: now - DAY, id: 'a', ...PLACES[0] },
    { user: 'twice', at: now - DAY, id: 'b', ...PLACES[3] },
  ];
}
