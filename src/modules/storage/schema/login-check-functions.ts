import {
  RECORD_PARAMETERS,
  RECORD_SETTINGS,
  RECORD_VARIABLES,
  storeLoginSql,
  surroundingsSql,
} from './login-functions.js';

/** Nearer than about a kilometre is the same place, and where somebody wrote a login without coordinates nobody knows. */
const ELSEWHERE = `(abs(e.lat - p_lat) > 0.01 or abs(e.lon - p_lon) > 0.01
  or e.country is distinct from p_country) is not false`;

/**
 * `record_login`, which in the same transaction marks a login that lies elsewhere than one of its neighbours: only such a
 * login can be a finding, or make one. Most come from the same place and cost no statement more. The fifth part of the
 * answer is whether there is a mark; a login that was recorded before gets none.
 */
const recordSql = (schema: string): string => `
create function ${schema}.record_watched_login(
  ${RECORD_PARAMETERS}, p_now timestamptz
) returns json language plpgsql ${RECORD_SETTINGS} as $record$
declare
  ${RECORD_VARIABLES}
  elsewhere boolean := false;
  is_marked boolean := false;
begin
  ${storeLoginSql(schema)}
  ${surroundingsSql(schema, 'stored_ts', { sql: ELSEWHERE, variable: 'elsewhere' })}
  if stored is null and p_comparable and elsewhere then
    insert into ${schema}.login_checks (user_id, event_id, ts, marked_at) values (p_user, p_event, p_ts, p_now)
    on conflict (user_id, event_id) do update set ts = excluded.ts, marked_at = excluded.marked_at;
    is_marked := true;
  end if;
  return json_build_array(stored, logins_before, logins_after, trusted, is_marked);
end
$record$;`;

/**
 * Ends a mark, and raises what the login owed. Without the mark nothing is raised: somebody else did it, or the user was
 * erased in between.
 */
const settleSql = (schema: string): string => `
create function ${schema}.settle_login(p_user text, p_event text, p_triggers json, p_now timestamptz)
returns json language plpgsql volatile as $settle$
begin
  delete from ${schema}.login_checks where user_id = p_user and event_id = p_event;
  if not found or json_array_length(p_triggers) = 0 then
    return json_build_object('triggered', 0, 'emitted', 0, 'suppressed', 0, 'repeated', 0);
  end if;
  return ${schema}.raise_alerts(p_triggers, p_now);
end
$settle$;`;

/** `erase_user` takes the user's lock, so that no login is marked in between. */
const eraseSql = (schema: string): string => `
create function ${schema}.erase_watched_user(p_user text) returns json language plpgsql volatile as $erase$
declare
  erased json;
begin
  erased := ${schema}.erase_user(p_user);
  delete from ${schema}.login_checks where user_id = p_user;
  return erased;
end
$erase$;`;

/** What is done with marks, one round trip each. */
export const loginCheckFunctionsSql = (schema: string): string =>
  [recordSql(schema), settleSql(schema), eraseSql(schema)].join('\n');
