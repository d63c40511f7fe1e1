import { MOST_CHANGES } from './user-journey.js';

const MILLISECONDS = (instant: string): string => `(extract(epoch from ${instant}) * 1000)::double precision`;

/**
 * `$1` user, `$2` since. One row, also for a user without a login.
 *
 * A login of unknown country is no change, and neither is the one after it: as with `!=` on a null.
 */
export const userJourneySql = (schema: string): string => `
  with login as (
    select ts, event_id, country, lag(country) over (order by ts, event_id) as previous
    from ${schema}.user_login_events
    where user_id = $1::text and ts >= $2::timestamptz
  ), visited as (
    select country, min(ts) as first_login from login where country is not null group by country
  ), changed as (
    select ts, event_id, previous, country from login where previous <> country
  ), latest as (
    select * from changed order by ts desc, event_id desc limit ${MOST_CHANGES}
  )
  select count(*)::int as logins,
    ${MILLISECONDS('min(ts)')} as first_login,
    ${MILLISECONDS('max(ts)')} as last_login,
    (select coalesce(json_agg(country order by first_login, country), '[]') from visited) as countries,
    (select count(*)::int from changed) as change_count,
    (select coalesce(json_agg(json_build_object('at', ${MILLISECONDS('ts')}, 'from', previous, 'to', country)
      order by ts, event_id), '[]') from latest) as changes
  from login`;

/** `$1` since, `$2` fewest logins, `$3` most rows. */
export const fleetJourneysSql = (schema: string): string => `
  with login as (
    select user_id, ts, country, lag(country) over (partition by user_id order by ts, event_id) as previous
    from ${schema}.user_login_events
    where ts >= $1::timestamptz
  ), visited as (
    select user_id, country, count(*) as logins, min(ts) as first_login, max(ts) as last_login,
      coalesce(bool_or(previous <> country), false) as is_changed
    from login group by user_id, country
  )
  select user_id,
    sum(logins)::int as logins,
    ${MILLISECONDS('min(first_login)')} as first_login,
    ${MILLISECONDS('max(last_login)')} as last_login,
    coalesce(json_agg(country order by first_login, country) filter (where country is not null), '[]') as countries,
    bool_or(is_changed) as is_changed
  from visited
  group by user_id
  having sum(logins) >= $2::int
  order by count(country) desc, sum(logins) desc, user_id collate "C"
  limit $3::int`;
