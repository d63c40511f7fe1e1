const ms = (instant: string): string => `(extract(epoch from ${instant}) * 1000)::double precision`;

/** `$1` since, `$2` until, `$3` most logins. One row. */
export const hostingLoginsSql = (schema: string): string => `
  with hosted as materialized (
    select e.user_id, e.event_id, e.ts, e.asn
    from ${schema}.user_login_events e
    join ${schema}.hosting_asns h on h.asn = e.asn
    where e.ts >= $1::timestamptz and e.ts < $2::timestamptz
  ), latest as (
    select * from hosted order by ts desc, user_id collate "C", event_id collate "C" limit $3::int
  ), counted as (
    select asn, count(*) as logins, count(distinct user_id) as users from hosted group by asn
  )
  select (select count(*)::int from hosted) as total,
    (select coalesce(json_agg(
      json_build_object('userId', user_id, 'eventId', event_id, 'at', ${ms('ts')}, 'asn', asn)
      order by ts desc, user_id collate "C", event_id collate "C"), '[]') from latest) as logins,
    (select coalesce(json_agg(json_build_object('asn', asn, 'logins', logins, 'users', users)
      order by logins desc, asn), '[]') from counted) as by_asn`;

/** `$1` since, `$2` until, `$3` fewest countries, `$4` most rows. */
export const travellersSql = (schema: string): string => `
  with visited as (
    select user_id, country, count(*) as logins, min(ts) as first_login, max(ts) as last_login
    from ${schema}.user_login_events
    where ts >= $1::timestamptz and ts < $2::timestamptz
    group by user_id, country
  )
  select user_id, sum(logins)::int as logins,
    json_agg(
      json_build_object('country', country, 'logins', logins, 'firstLogin', ${ms('first_login')},
        'lastLogin', ${ms('last_login')})
      order by first_login, country) filter (where country is not null) as countries
  from visited
  group by user_id
  having count(country) >= $3::int
  order by count(country) desc, sum(logins) desc, user_id collate "C"
  limit $4::int`;
