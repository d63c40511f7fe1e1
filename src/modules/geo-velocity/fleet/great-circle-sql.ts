import type { DatabaseSession } from '../../storage/database.js';

/** `earth()` of the earthdistance extension, in kilometres: the equatorial radius. */
export const EARTH_RADIUS_KM = 6378.168;

/** Names of four columns in degrees. */
export interface ColumnPair {
  readonly fromLatitude: string;
  readonly fromLongitude: string;
  readonly latitude: string;
  readonly longitude: string;
}

/** SQL for the kilometres between two points; neither may be null nor outside of the earth's degrees. */
export type GreatCircleSql = (columns: ColumnPair) => string;

/** Needs no extension, and agrees with {@link earthdistanceSql} to less than a millimetre. */
const haversineSql: GreatCircleSql = ({ fromLatitude, fromLongitude, latitude, longitude }) => `
  2 * ${EARTH_RADIUS_KM} * asin(sqrt(least(1.0::double precision,
    power(sin(radians(${latitude} - ${fromLatitude}) / 2), 2)
    + cos(radians(${fromLatitude})) * cos(radians(${latitude}))
      * power(sin(radians(${longitude} - ${fromLongitude}) / 2), 2))))`;

/** @param extensionSchema where earthdistance is installed, quoted. */
const earthdistanceSql =
  (extensionSchema: string): GreatCircleSql =>
  ({ fromLatitude, fromLongitude, latitude, longitude }) => {
    const onEarth = (lat: string, lon: string): string => `${extensionSchema}.ll_to_earth(${lat}, ${lon})`;
    const from = onEarth(fromLatitude, fromLongitude);
    return `${extensionSchema}.earth_distance(${from}, ${onEarth(latitude, longitude)}) / 1000`;
  };

interface ExtensionRow {
  readonly extension_schema: string | null;
}

/**
 * Functions of earthdistance name each other without a schema, up to Postgres 15, so those of the two extensions are the
 * search path of the transaction. Quoted by the database, never by us.
 */
const FIND_EXTENSIONS = `
  with usable as (
    select e.extname, quote_ident(n.nspname) as name
    from pg_catalog.pg_extension e
    join pg_catalog.pg_namespace n on n.oid = e.extnamespace
    where e.extname in ('cube', 'earthdistance') and has_schema_privilege(n.oid, 'usage')
  )
  select max(name) filter (where extname = 'earthdistance') as extension_schema,
    set_config('search_path', string_agg(name, ', '), true)
  from usable
  having count(*) = 2`;

/**
 * How this transaction measures: with earthdistance where it is installed and may be used, else by haversine. Asked each
 * time, so that an extension may come and go while the service runs.
 *
 * @throws StorageError
 */
export async function greatCircleSql(transaction: DatabaseSession): Promise<GreatCircleSql> {
  const { rows } = await transaction.query<ExtensionRow>(FIND_EXTENSIONS);
  const schema = rows[0]?.extension_schema;
  return schema === undefined || schema === null ? haversineSql : earthdistanceSql(schema);
}
