import type { DatabaseSession } from '../../src/modules/storage/database.js';

/** A row of `user_login_events` as a test says it; what it leaves out is what a login from home has. */
export interface LoginRow {
  readonly user: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** @default made of user and time */
  readonly id?: string;
  readonly country?: string | null;
  readonly region?: string | null;
  readonly city?: string | null;
  readonly lat?: number | null;
  readonly lon?: number | null;
  readonly asn?: number | null;
  readonly radiusKm?: number | null;
  readonly network?: string;
  /** @default access at a place with a radius, as `isComparable` says */
  readonly comparable?: boolean;
  readonly ip?: string | null;
  /** @default different for each row, as `prefix` */
  readonly address?: string | null;
  readonly prefix?: string | null;
}

export const eventIdOf = ({ id, user, at }: LoginRow): string => id ?? `${user}@${at}`;

/** Writes rows past the service, in one statement. */
export async function insertLogins(
  database: DatabaseSession & { readonly schema: string },
  rows: readonly LoginRow[],
): Promise<void> {
  await database.query(
    `insert into ${database.schema}.user_login_events (user_id, event_id, ts, ip, country, region, city, lat, lon, asn,
       accuracy_radius_km, network, comparable, ip_pseudonym, prefix_pseudonym)
     select user_id, event_id, ts, ip, country, region, city, lat, lon, asn,
       accuracy_radius_km, network, comparable, ip_pseudonym, prefix_pseudonym
     from json_populate_recordset(null::${database.schema}.user_login_events, $1::json)`,
    [JSON.stringify(rows.map(columnsOf))],
  );
}

/** A home in Berlin. */
const HOME = {
  country: 'DE',
  region: null,
  city: null,
  lat: 52.52,
  lon: 13.405,
  radiusKm: 20,
  network: 'access',
  asn: null,
  ip: null,
} satisfies Partial<LoginRow>;

function columnsOf(login: LoginRow): Readonly<Record<string, unknown>> {
  const eventId = eventIdOf(login);
  const row = { ...HOME, address: `address of ${eventId}`, prefix: `prefix of ${eventId}`, ...login };
  const isPlaced = row.lat !== null && row.lon !== null && (row.radiusKm ?? row.city ?? row.region) !== null;
  return {
    user_id: row.user,
    event_id: eventId,
    ts: new Date(row.at).toISOString(),
    ip: row.ip,
    country: row.country,
    region: row.region,
    city: row.city,
    lat: row.lat,
    lon: row.lon,
    asn: row.asn,
    accuracy_radius_km: row.radiusKm,
    network: row.network,
    comparable: row.comparable ?? (row.network === 'access' && isPlaced),
    ip_pseudonym: row.address,
    prefix_pseudonym: row.prefix,
  };
}
