/** No end in sight. Not 'infinity', which is no number in JSON. */
const FOR_EVER = "timestamptz '9999-12-31 00:00:00+00'";

/**
 * The whole of one answer. The row that is inserted, or is there already, decides whether the answer is taken: of two at
 * once the second waits for the first. The triggers are for raise_alerts and are raised for a "no" only.
 */
const answerSql = (schema: string): string => `
create function ${schema}.answer_alert(
  p_alert text, p_answer text, p_user text, p_network text, p_country text, p_now timestamptz, p_until timestamptz,
  p_triggers json
) returns json language plpgsql volatile as $answer$
declare
  raised json;
begin
  -- Before the row: an erasure takes them in this order, too.
  perform pg_advisory_xact_lock(hashtextextended('${schema}.user.' || p_user, 0));
  insert into ${schema}.account_reports (alert_id, user_id, answer, answered_at, country, trusted_until)
  values (p_alert, p_user, p_answer, p_now, p_country,
    case when p_answer = 'yes' and coalesce(p_network, p_country) is not null then p_until end)
  on conflict (alert_id) do nothing;
  if not found then
    return json_build_object('taken', false, 'raised', null);
  end if;
  if p_answer = 'yes' then
    perform ${schema}.trust_place(p_user, p_network, p_country, p_now, p_until);
  else
    -- What an earlier login from there has taught was a stranger's lesson.
    delete from ${schema}.user_trust where user_id = p_user
      and ((kind = 'network' and network = p_network) or (kind = 'country' and country = p_country));
    insert into ${schema}.user_trust (user_id, id, kind, country, network, since, until)
    values (p_user, 'held:' || p_alert, 'held', null, null, p_now, ${FOR_EVER});
    raised := ${schema}.raise_alerts(p_triggers, p_now);
  end if;
  return json_build_object('taken', true, 'raised', raised);
end
$answer$;`;

const releaseSql = (schema: string): string => `
create function ${schema}.release_account(p_user text, p_now timestamptz) returns integer
language plpgsql volatile as $release$
declare
  released integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('${schema}.user.' || p_user, 0));
  delete from ${schema}.user_trust where user_id = p_user and kind = 'held';
  get diagnostics released = row_count;
  update ${schema}.account_reports set released_at = p_now
  where user_id = p_user and answer = 'no' and released_at is null;
  return released;
end
$release$;`;

/**
 * As the first step made it, and with the answers; a hold is trust of the user's and goes with the rest of it. Decisions
 * stay on record as anybody's.
 */
const eraseSql = (schema: string): string => `
create or replace function ${schema}.erase_user(p_user text) returns json language plpgsql volatile as $erase$
declare
  logins integer;
  trust integer;
  decided integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('${schema}.user.' || p_user, 0));
  delete from ${schema}.user_login_events where user_id = p_user;
  get diagnostics logins = row_count;
  delete from ${schema}.user_trust where user_id = p_user;
  get diagnostics trust = row_count;
  update ${schema}.account_reports set user_id = null, country = null where user_id = p_user;
  update ${schema}.decisions set subject = null, ip = null, ip_pseudonym = null, prefix_pseudonym = null
  where subject = p_user;
  get diagnostics decided = row_count;
  return json_build_object('logins', logins, 'trust', trust, 'decisions', decided);
end
$erase$;`;

/** What is done with users' answers, one round trip each. */
export const accountFunctionsSql = (schema: string): string =>
  [answerSql(schema), releaseSql(schema), eraseSql(schema)].join('\n');
