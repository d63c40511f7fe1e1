/** Most neighbours that a login is judged by, on either side. */
export const MOST_NEIGHBOURS = 50;

/** One login as an array of text, which is twice as fast to make as JSON of numbers; `stored-login.ts` reads it by position. */
export const LOGIN_FIELDS = `array[e.event_id, round(date_part('epoch', e.ts) * 1000)::text, host(e.ip), e.country,
  e.region, e.city, e.lat::text, e.lon::text, e.asn::text, e.accuracy_radius_km::text, e.network, e.ip_pseudonym,
  e.prefix_pseudonym]`;

/** The same as JSON, an array of text and nulls. */
export const LOGIN_JSON = `to_json(${LOGIN_FIELDS})`;

/** What is trusted and can matter for a login at `ts`, or for one after it within the horizon. */
const trustSql = (schema: string, ts: string): string => `(
    select json_agg(json_build_array(t.kind, t.country, t.network, round(date_part('epoch', t.since) * 1000),
      round(date_part('epoch', t.until) * 1000)))
    from ${schema}.user_trust t
    where t.user_id = p_user and t.until > ${ts} and t.since <= ${ts} + p_horizon
  )`;

/** Something that is asked of each neighbour in passing: SQL of a boolean about `e`, and the variable that is true where it holds of one. */
interface NeighbourQuestion {
  readonly sql: string;
  readonly variable: string;
}

/**
 * What is trusted, and the logins before and after, newest first, in one statement, since each costs more to begin than to
 * run: the user's comparable ones within the horizon on both sides. Where there are so many of them that either side could be cut short, each side is asked for by itself. Where none
 * lies before, the last one at any age.
 */
export const surroundingsSql = (schema: string, ts: string, question?: NeighbourQuestion): string => {
  // Without a question nothing is added: the first step is this text.
  const asked = question === undefined ? '' : `, ${question.sql} as is_asked`;
  const any = question === undefined ? '' : `, ${question.variable} or bool_or(n.is_asked)`;
  const into = question === undefined ? '' : `, ${question.variable}`;
  return `
  select json_agg(n.login) filter (where not n.is_after), json_agg(n.login) filter (where n.is_after), count(*),
    ${trustSql(schema, ts)}${any}
  into logins_before, logins_after, neighbours, trusted${into} from (
    select ${LOGIN_FIELDS} as login, (e.ts, e.event_id) > (${ts}, p_event) as is_after${asked}
    from ${schema}.user_login_events e
    where e.user_id = p_user and e.comparable
      and e.ts >= ${ts} - p_horizon and e.ts <= ${ts} + p_horizon and (e.ts, e.event_id) <> (${ts}, p_event)
    order by e.ts desc, e.event_id desc limit ${MOST_NEIGHBOURS + 1}
  ) n;
  if neighbours > ${MOST_NEIGHBOURS} then
    select json_agg(n.login)${any} into logins_before${into} from (
      select ${LOGIN_FIELDS} as login${asked} from ${schema}.user_login_events e
      where e.user_id = p_user and e.comparable
        and (e.ts, e.event_id) < (${ts}, p_event) and e.ts <= ${ts} and e.ts >= ${ts} - p_horizon
      order by e.ts desc, e.event_id desc limit ${MOST_NEIGHBOURS}
    ) n;
    select json_agg(n.login order by n.place desc)${any} into logins_after${into} from (
      select ${LOGIN_FIELDS} as login, row_number() over (order by e.ts, e.event_id) as place${asked}
      from ${schema}.user_login_events e
      where e.user_id = p_user and e.comparable
        and (e.ts, e.event_id) > (${ts}, p_event) and e.ts >= ${ts} and e.ts <= ${ts} + p_horizon
      order by e.ts, e.event_id limit ${MOST_NEIGHBOURS}
    ) n;
  end if;
  if logins_before is null then
    -- Thin, since every partition is asked; then the one that has it.
    select e.ts, e.event_id into last_ts, last_id from ${schema}.user_login_events e
    where e.user_id = p_user and e.comparable and e.ts < ${ts} - p_horizon
    order by e.ts desc, e.event_id desc limit 1;
    if found then
      select json_build_array(${LOGIN_FIELDS}) into logins_before from ${schema}.user_login_events e
      where e.user_id = p_user and e.event_id = last_id and e.ts = last_ts;
    end if;
  end if;`;
};

/** What a login is recorded with. */
export const RECORD_PARAMETERS = `p_user text, p_event text, p_ts timestamptz, p_ip inet, p_country text, p_region text, p_city text,
  p_lat double precision, p_lon double precision, p_asn bigint, p_accuracy double precision, p_network text,
  p_comparable boolean, p_ip_pseudonym text, p_prefix_pseudonym text, p_horizon interval, p_is_given boolean`;

export const RECORD_VARIABLES = `stored text[];
  stored_ts timestamptz;
  logins_before json;
  logins_after json;
  neighbours bigint;
  last_ts timestamptz;
  last_id text;
  trusted json;`;

/**
 * Takes the user's lock and stores the login, unless it is: then `stored` is how it was, and `stored_ts` when.
 *
 * An id that was given may lie in any partition, under any time. One that we made is random or has the time in it, and
 * then the primary key finds it.
 */
export const storeLoginSql = (
  schema: string,
): string => `perform pg_advisory_xact_lock(hashtextextended('${schema}.user.' || p_user, 0));
  if p_is_given then
    select ${LOGIN_FIELDS}, e.ts into stored, stored_ts from ${schema}.user_login_events e
      where e.user_id = p_user and e.event_id = p_event limit 1;
  end if;
  if stored is null then
    stored_ts := p_ts;
    insert into ${schema}.user_login_events (user_id, ts, ip, country, region, city, lat, lon, asn, event_id,
      accuracy_radius_km, network, comparable, ip_pseudonym, prefix_pseudonym)
    values (p_user, p_ts, p_ip, p_country, p_region, p_city, p_lat, p_lon, p_asn, p_event,
      p_accuracy, p_network, p_comparable, p_ip_pseudonym, p_prefix_pseudonym)
    on conflict do nothing;
    if not found then
      select ${LOGIN_FIELDS} into stored from ${schema}.user_login_events e
        where e.user_id = p_user and e.event_id = p_event and e.ts = p_ts;
    end if;
  end if;`;

/**
 * Separate statements in a volatile function see what others committed while it waited for the user's lock; a single
 * statement would not. Plans are generic: planning anew for some twenty partitions takes longer than running them.
 *
 * A user's lock that is held for long costs that user's logins, and not the connections of all.
 */
export const RECORD_SETTINGS = "volatile set plan_cache_mode = force_generic_plan set lock_timeout = '1s'";

const recordSql = (schema: string): string => `
create function ${schema}.record_login(
  ${RECORD_PARAMETERS}
) returns json language plpgsql ${RECORD_SETTINGS} as $record$
declare
  ${RECORD_VARIABLES}
begin
  ${storeLoginSql(schema)}
  ${surroundingsSql(schema, 'stored_ts')}
  return json_build_array(stored, logins_before, logins_after, trusted);
end
$record$;`;

const checkSql = (schema: string): string => `
create function ${schema}.check_login(p_user text, p_event text, p_ts timestamptz, p_horizon interval)
returns json language plpgsql stable set plan_cache_mode = force_generic_plan as $check$
declare
  logins_before json;
  logins_after json;
  neighbours bigint;
  last_ts timestamptz;
  last_id text;
  trusted json;
begin
  ${surroundingsSql(schema, 'p_ts')}
  return json_build_array(null, logins_before, logins_after, trusted);
end
$check$;`;

const eraseSql = (schema: string): string => `
create function ${schema}.erase_user(p_user text) returns json language plpgsql volatile as $erase$
declare
  logins integer;
  trust integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('${schema}.user.' || p_user, 0));
  delete from ${schema}.user_login_events where user_id = p_user;
  get diagnostics logins = row_count;
  delete from ${schema}.user_trust where user_id = p_user;
  get diagnostics trust = row_count;
  return json_build_object('logins', logins, 'trust', trust);
end
$erase$;`;

/** What is done with a user's logins, one round trip each. */
export const loginFunctionsSql = (schema: string): string =>
  [recordSql(schema), checkSql(schema), eraseSql(schema)].join('\n');
