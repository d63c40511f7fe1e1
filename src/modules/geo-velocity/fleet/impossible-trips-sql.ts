import { EARTH_RADIUS_KM, type GreatCircleSql } from './great-circle-sql.js';

/**
 * `straight`: each login against the one before it, whatever both came through, over the great circle; logins at one
 * instant are left out. `least-distance`: only logins that show where the user was, over the great circle less both
 * radii, never within one network; one instant counts as infinitely fast.
 */
export const TRAVEL_RULES = ['least-distance', 'straight'] as const;
export type TravelRule = (typeof TRAVEL_RULES)[number];

interface RuleSql {
  /** Which logins are compared. */
  readonly logins: string;
  /** Which pairs of neighbours can be impossible, before anything is measured. */
  readonly pairs: string;
  readonly km: (greatCircle: string) => string;
  readonly isImpossible: string;
}

/** NaN is greater than any number to Postgres, and would make a finding of damaged rows. */
const ON_EARTH = 'lat between -90 and 90 and lon between -180 and 180';

/** Kilometres around the coordinates that hold the user; null where nobody can say. */
const RADIUS_KM = `case
    when accuracy_radius_km >= 0 and accuracy_radius_km < 'Infinity' then accuracy_radius_km
    when accuracy_radius_km is not null then null
    when city is not null then 50
    when region is not null then 200
  end`;

/** The /24 of an IPv4 and the /48 of an IPv6 address. */
const prefixOf = (address: string): string =>
  `network(set_masklen(${address}, case family(${address}) when 4 then 24 else 48 end))`;

const HOURS = 'extract(epoch from (ts - from_ts))::double precision / 3600';

/**
 * First along the meridian, then along the equator: never shorter than the great circle. Measured exactly is only what
 * is too fast even so, which no user at home is.
 */
const DETOUR_KM = `radians(abs(lat - from_lat) + abs(lon - from_lon)) * ${EARTH_RADIUS_KM * 1.000_001}`;

const RULES: Readonly<Record<TravelRule, RuleSql>> = {
  straight: {
    // A login without coordinates is compared too: it stands between the two beside it, which are no neighbours.
    logins: 'true',
    pairs: `ts > from_ts and ${ON_EARTH} and from_lat between -90 and 90 and from_lon between -180 and 180`,
    km: (greatCircle) => greatCircle,
    isImpossible: 'km / hours > $5::double precision',
  },
  'least-distance': {
    logins: `comparable and ${ON_EARTH} and ${RADIUS_KM} is not null`,
    pairs: `from_ts is not null
        and (ip_pseudonym = from_ip_pseudonym) is not true and (prefix_pseudonym = from_prefix_pseudonym) is not true
        and (${prefixOf('ip')} = ${prefixOf('from_ip')}) is not true`,
    km: (greatCircle) => `greatest(0, ${greatCircle} - from_radius_km - radius_km)`,
    isImpossible: 'km > $6::double precision and (hours = 0 or km / nullif(hours, 0) > $5::double precision)',
  },
};

const BEFORE = [
  'event_id',
  'ts',
  'country',
  'region',
  'city',
  'lat',
  'lon',
  'ip',
  'ip_pseudonym',
  'prefix_pseudonym',
  'radius_km',
];

/**
 * `$1` where neighbours are looked for, `$2` since, `$3` until, `$4` most rows, `$5` km/h, and `$6` kilometres where the
 * rule is `least-distance`.
 *
 * One pass: sorted by user and time, then measured.
 */
export function impossibleTripsSql(schema: string, rule: TravelRule, greatCircle: GreatCircleSql): string {
  const { logins, pairs, km, isImpossible } = RULES[rule];
  const distance = greatCircle({
    fromLatitude: 'from_lat',
    fromLongitude: 'from_lon',
    latitude: 'lat',
    longitude: 'lon',
  });
  const ms = (instant: string): string => `(extract(epoch from ${instant}) * 1000)::double precision`;
  return `
    with login as (
      select user_id, event_id, ts, country, region, city, lat, lon, ip, ip_pseudonym, prefix_pseudonym,
        ${RADIUS_KM} as radius_km
      from ${schema}.user_login_events
      where ts >= $1::timestamptz and ts < $3::timestamptz and ${logins}
    ), pair as (
      select *, ${BEFORE.map((column) => `lag(${column}) over earlier as from_${column}`).join(', ')}
      from login
      window earlier as (partition by user_id order by ts, event_id)
    ), trip as materialized (
      select *, ${km(distance)} as km,
        ${HOURS} as hours
      from pair
      where ts >= $2::timestamptz and ${pairs} and ${DETOUR_KM} > $5::double precision * ${HOURS}
    )
    select user_id,
      from_event_id, ${ms('from_ts')} as from_at, from_country, from_region, from_city, from_lat, from_lon,
      event_id, ${ms('ts')} as at, country, region, city, lat, lon,
      km, hours, km / nullif(hours, 0) as kmh
    from trip
    where ${isImpossible}
    order by ts desc, user_id collate "C", event_id collate "C"
    limit $4::int`;
}
