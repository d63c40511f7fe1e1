/** A digest and its text, kept once. In the order of the digests, so that two writers do not wait for each other in a ring. */
const internSql = (schema: string, table: string, given: string): string => `
  if ${given}::text <> '[]' then
    insert into ${schema}.${table} as kept (digest, body, used_on)
    select g.digest, g.body, (p_now at time zone 'UTC')::date
    from json_to_recordset(${given}) as g (digest text, body json)
    order by g.digest
    on conflict (digest) do update set used_on = excluded.used_on where kept.used_on < excluded.used_on;
  end if;`;

/** Rows of a minute that say the same are added to the one that is there. */
const rowsSql = (schema: string): string => `
  insert into ${schema}.decisions as d (id, minute, at, last_at, count, route, policy, policy_digest, mode, action,
    intended_action, cause, score, level, failed_open, failed_closed, require_mfa, reasons, degraded, failures, subject,
    claimed_country, ip, ip_pseudonym, prefix_pseudonym, country, asn, travel_status, travel, signals_digest,
    latency_sum_ms, latency_max_ms, is_summary, is_confirmed)
  select r.id, r.minute, r.at, r.last_at, r.count, r.route, r.policy, r.policy_digest, r.mode, r.action,
    r.intended_action, r.cause, r.score, r.level, r.failed_open, r.failed_closed, r.require_mfa, r.reasons, r.degraded,
    r.failures, r.subject, r.claimed_country, r.ip, r.ip_pseudonym, r.prefix_pseudonym, r.country, r.asn,
    r.travel_status, r.travel, r.signals_digest, r.latency_sum_ms, r.latency_max_ms, r.is_summary, r.is_confirmed
  from json_to_recordset(p_rows) as r (id text, minute timestamptz, at timestamptz, last_at timestamptz, count bigint,
    route text, policy text, policy_digest text, mode text, action text, intended_action text, cause text,
    score smallint, level text, failed_open boolean, failed_closed boolean, require_mfa boolean, reasons json,
    degraded text[], failures json, subject text, claimed_country text, ip inet, ip_pseudonym text,
    prefix_pseudonym text, country text, asn bigint, travel_status text, travel json, signals_digest text,
    latency_sum_ms bigint, latency_max_ms bigint, is_summary boolean, is_confirmed boolean)
  on conflict (id, minute) do update set
    count = d.count + excluded.count,
    at = least(d.at, excluded.at),
    last_at = greatest(d.last_at, excluded.last_at),
    latency_sum_ms = d.latency_sum_ms + excluded.latency_sum_ms,
    latency_max_ms = greatest(d.latency_max_ms, excluded.latency_max_ms),
    is_confirmed = d.is_confirmed and excluded.is_confirmed;`;

/**
 * Writes a batch of a process once, however often it is sent: a COMMIT whose answer was lost may have succeeded. The
 * answer is `report`, what `raise_alerts` said of the batch (null where it had nothing to raise), and `last`, the
 * batch that was known before it; also where the batch is only acknowledged again.
 *
 * Numbers may be left out: a batch was refused and sent in parts, or a failover lost the last commits. A writer that nobody
 * knows is new, or so old that it was cleared away, or was lost with them. A number before the last one is an old sending
 * that comes late.
 */
const writeSql = (schema: string): string => `
create function ${schema}.write_decisions(
  p_writer text, p_batch bigint, p_rows json, p_signals json, p_policies json, p_triggers json, p_settled json,
  p_unconfirmed json, p_now timestamptz
) returns json language plpgsql volatile as $write$
declare
  last_batch bigint;
  last_answer json;
begin
  insert into ${schema}.decision_writers (writer, batch, written_at) values (p_writer, 0, p_now)
    on conflict (writer) do nothing;
  select w.batch, w.answer into last_batch, last_answer
    from ${schema}.decision_writers w where w.writer = p_writer for update;
  if last_batch = p_batch then
    return last_answer;
  end if;
  if p_batch < last_batch then
    raise exception 'a batch of decisions is out of its order' using errcode = 'object_not_in_prerequisite_state';
  end if;
  ${internSql(schema, 'decision_signals', 'p_signals')}
  ${internSql(schema, 'decision_policies', 'p_policies')}
  ${rowsSql(schema)}
  if p_unconfirmed::text <> '[]' then
    update ${schema}.decisions d set is_confirmed = false
    from json_to_recordset(p_unconfirmed) as u (id text, minute timestamptz)
    where d.id = u.id and d.minute = u.minute;
  end if;
  if p_settled::text <> '[]' then
    delete from ${schema}.login_checks c
    using json_to_recordset(p_settled) as s (user_id text, event_id text)
    where c.user_id = s.user_id and c.event_id = s.event_id;
  end if;
  last_answer := null;
  if p_triggers::text <> '[]' then
    last_answer := ${schema}.raise_alerts(p_triggers, p_now);
  end if;
  last_answer := json_build_object('report', last_answer, 'last', last_batch);
  update ${schema}.decision_writers set batch = p_batch, answer = last_answer, written_at = p_now
    where writer = p_writer;
  return last_answer;
end
$write$;`;

/** What is done with decisions, one round trip for a batch. */
export const decisionFunctionsSql = (schema: string): string => writeSql(schema);
