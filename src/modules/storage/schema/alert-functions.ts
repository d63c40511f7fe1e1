/** The elements of `p_triggers`; `owed-alerts.ts` writes them. */
const TRIGGER_ROWS = `json_to_recordset(p_triggers) as t(n integer, group_key text, recipient text, kind text, audience text,
    severity smallint, count bigint, first_at double precision, last_at double precision, score double precision,
    facts jsonb, dedupe_id text, window_ms double precision, cap integer)`;

/** An end further away than a whole window was written by a clock that has been set back since. */
const IS_WINDOW_OPEN =
  "(g.ends_at > p_now and g.ends_at <= p_now + g.window_ms * interval '1 ms' + interval '1 minute')";

/** Of two events of a group, the one that an alert of both shows. */
const IS_WORSE = `(g.open_severity is null
        or (excluded.open_severity, coalesce(excluded.open_score, -1)) > (g.open_severity, coalesce(g.open_score, -1)))`;

const NEW_ID = "'a' || left(replace(gen_random_uuid()::text, '-', ''), 23)";

/** Alerts of the hour that count for the cap of the recipient `r`. */
const recentSql = (schema: string): string => `(
      select count(*) from ${schema}.alerts a
      where a.recipient = r.key and a.created_at > p_now - interval '1 hour' and a.created_at <= p_now + interval '1 hour'
    )`;

/** The last third is kept for what is critical. */
const mostSql = (severity: string, cap: string): string =>
  `case when ${severity} = 3 then ${cap} else greatest(1, ${cap} * 2 / 3) end`;

/** Notes what is kept back and of which kind the worst of it is; who is told of something was told of what was before. */
const heldSql = (schema: string): string => `refused as (
    select j.recipient, sum(j.open_count) as count, min(j.open_first_at) as first_at, max(j.open_last_at) as last_at,
      min(j.place) as worst
    from judged j where not j.is_told group by j.recipient
  ), told as (
    update ${schema}.alert_recipients r set held = 0
    where r.held > 0 and exists (select from judged j where j.recipient = r.key and j.is_told)
      and not exists (select from refused f where f.recipient = r.key)
  ), kept as (
    update ${schema}.alert_recipients r set
      held = k.before + k.count,
      held_first_at = case when k.before > 0 then least(r.held_first_at, k.first_at) else k.first_at end,
      held_last_at = case when k.before > 0 then greatest(r.held_last_at, k.last_at) else k.last_at end,
      (held_kind, held_audience, held_severity, held_cap, held_facts) = (
        select r.held_kind, r.held_audience, r.held_severity, k.cap, r.held_facts
        where k.before > 0 and r.held_severity >= k.open_severity
        union all
        select k.kind, k.audience, k.open_severity, k.cap,
          case k.audience when 'user' then k.open_facts else '{}'::jsonb end
        where not (k.before > 0 and r.held_severity >= k.open_severity))
    from (
      select f.*, j.kind, j.audience, j.open_severity, j.cap, j.open_facts,
        case when f.worst > 1 then 0 else j.held end as before
      from refused f join judged j on j.recipient = f.recipient and j.place = f.worst
    ) k where r.key = k.recipient
  )`;

/**
 * Makes an alert of each group's open events, the most severe first, as far as the cap of its recipient goes; the last
 * third of that is kept for what is critical. What is refused is kept back, and the next alert says how much that was.
 * Either way the group's window lasts, or begins. The groups are locked by the caller.
 */
const tellSql = (schema: string): string => `
create function ${schema}.tell_alert_groups(
  p_keys text[], p_now timestamptz, p_is_digest boolean, out emitted bigint, out suppressed bigint
) language plpgsql volatile as $tell$
begin
  insert into ${schema}.alert_recipients as r (key, used_at)
  select distinct g.recipient, p_now from ${schema}.alert_groups g where g.key = any(p_keys) order by 1
  on conflict (key) do update set used_at = excluded.used_at;

  with asked as materialized (
    select r.key, r.held, ${recentSql(schema)} as recent
    from ${schema}.alert_recipients r
    where r.key in (select g.recipient from ${schema}.alert_groups g where g.key = any(p_keys))
  ), ranked as materialized (
    select g.*, asked.held, asked.recent,
      row_number() over (partition by g.recipient order by g.open_severity desc, g.key) as place
    from ${schema}.alert_groups g join asked on asked.key = g.recipient where g.key = any(p_keys)
  ), judged as materialized (
    select *, recent + place <= ${mostSql('open_severity', 'cap')} as is_told
    from ranked
  ), made as (
    insert into ${schema}.alerts (id, recipient, kind, severity, audience, count, suppressed, is_digest, first_at, last_at,
      created_at, facts, user_id, give_up_at)
    select ${NEW_ID}, j.recipient, j.kind, j.open_severity, j.audience,
      j.open_count, case when j.place = 1 then j.held else 0 end, p_is_digest or j.open_parts > 1, j.open_first_at,
      j.open_last_at, p_now, j.open_facts, j.open_facts ->> 'user', p_now + interval '24 hours'
    from judged j where j.is_told
  ), reset as (
    update ${schema}.alert_groups g set
      severity = g.open_severity,
      ends_at = case when ${IS_WINDOW_OPEN} then g.ends_at else p_now + g.window_ms * interval '1 ms' end,
      open_count = 0, open_parts = 0, open_severity = null, open_score = null, open_first_at = null, open_last_at = null,
      open_facts = null
    where g.key = any(p_keys)
  ), ${heldSql(schema)}
  select count(*) filter (where j.is_told), coalesce(sum(j.open_count) filter (where not j.is_told), 0)
  into emitted, suppressed from judged j;
end
$tell$;`;

/**
 * Adds events to those of their groups that are not told of yet, and tells of a group at once where no window of it is
 * open, or where they are worse than what it was opened for.
 *
 * Locks in one order, always: dedupe ids, groups, recipients, each by their keys. Nobody waits for totals. So two calls
 * can wait for each other only where one transaction makes several.
 */
const raiseSql = (schema: string): string => `
create function ${schema}.raise_alerts(p_triggers json, p_now timestamptz) returns json
language plpgsql volatile as $raise$
declare
  stale integer[];
  owing text[];
  triggered bigint := 0;
  emitted bigint := 0;
  suppressed bigint := 0;
  repeated bigint := 0;
begin
  if json_array_length(p_triggers) > 0 then
    with fresh as (
      insert into ${schema}.alert_dedupe (id, at)
      select distinct t.dedupe_id, p_now from ${TRIGGER_ROWS} where t.dedupe_id is not null order by 1
      on conflict (id) do nothing returning id
    ), judged as (
      select t.n, t.count,
        (t.dedupe_id is null
          or (t.dedupe_id in (select id from fresh) and row_number() over (partition by t.dedupe_id order by t.n) = 1))
        and not (t.kind = 'new-country' and exists (
          select from ${schema}.user_login_events e
          where e.user_id = t.facts ->> 'user' and e.country = t.facts ->> 'country'
            and e.ts < to_timestamp(t.first_at / 1000) - interval '1 second')) as is_news
      from ${TRIGGER_ROWS}
    )
    select coalesce(array_agg(j.n) filter (where not j.is_news), '{}'),
      coalesce(sum(j.count) filter (where j.is_news), 0), coalesce(sum(j.count) filter (where not j.is_news), 0)
    into stale, triggered, repeated from judged j;

    with added as (
      insert into ${schema}.alert_groups as g (key, recipient, kind, audience, window_ms, cap, open_count, open_parts,
        open_severity, open_score, open_first_at, open_last_at, open_facts)
      select distinct on (t.group_key) t.group_key, t.recipient, t.kind, t.audience, t.window_ms, t.cap,
        sum(t.count) over w, 1, t.severity, t.score, to_timestamp(min(t.first_at) over w / 1000),
        to_timestamp(max(t.last_at) over w / 1000), t.facts
      from ${TRIGGER_ROWS} where t.n <> all(stale) window w as (partition by t.group_key)
      order by t.group_key, t.severity desc, t.score desc nulls last, t.n
      on conflict (key) do update set
        window_ms = excluded.window_ms, cap = excluded.cap,
        open_count = g.open_count + excluded.open_count, open_parts = g.open_parts + 1,
        open_severity = greatest(g.open_severity, excluded.open_severity),
        open_score = case when ${IS_WORSE} then excluded.open_score else g.open_score end,
        open_facts = case when ${IS_WORSE} then excluded.open_facts else g.open_facts end,
        open_first_at = least(g.open_first_at, excluded.open_first_at),
        open_last_at = greatest(g.open_last_at, excluded.open_last_at)
      returning g.key, not ${IS_WINDOW_OPEN} or g.open_severity > g.severity as is_owing
    )
    select array_agg(a.key) filter (where a.is_owing) into owing from added a;
    if owing is not null then
      select t.emitted, t.suppressed into emitted, suppressed from ${schema}.tell_alert_groups(owing, p_now, false) t;
    end if;
    insert into ${schema}.alert_tallies (triggered, suppressed, repeated) values (triggered, suppressed, repeated);
  end if;
  return json_build_object('triggered', triggered, 'emitted', emitted, 'suppressed', suppressed, 'repeated', repeated);
end
$raise$;`;

/**
 * Says how much was kept back where no alert has said so since, as soon as there is room under the cap and once in an hour
 * at most: an alert of no event, of the kind of the worst. A user can answer it; the team is told of nobody. Recipients
 * that somebody has at hand are being told.
 */
const noticeSql = (schema: string): string => `
create function ${schema}.tell_kept_back(p_now timestamptz, p_most integer) returns bigint
language plpgsql volatile as $notice$
declare
  waiting text[];
  made bigint;
begin
  waiting := array(
    select r.key from ${schema}.alert_recipients r
    where r.held > 0 and (r.noticed_at <= p_now - interval '1 hour' or r.noticed_at > p_now + interval '1 minute')
      and ${recentSql(schema)} < ${mostSql('r.held_severity', 'r.held_cap')}
    order by r.key limit p_most for update of r skip locked);
  -- Counted again: until it is locked, others may make alerts.
  with told as (
    insert into ${schema}.alerts (id, recipient, kind, severity, audience, count, suppressed, is_digest, first_at, last_at,
      created_at, facts, user_id, give_up_at)
    select ${NEW_ID}, r.key, r.held_kind, r.held_severity, r.held_audience, 0, r.held, true, r.held_first_at,
      r.held_last_at, p_now, r.held_facts, r.held_facts ->> 'user', p_now + interval '24 hours'
    from ${schema}.alert_recipients r
    where r.key = any(waiting) and ${recentSql(schema)} < ${mostSql('r.held_severity', 'r.held_cap')}
    returning recipient
  )
  update ${schema}.alert_recipients r set held = 0, noticed_at = p_now from told t where r.key = t.recipient;
  get diagnostics made = row_count;
  return made;
end
$notice$;`;

/** Tells of what waits in windows that are over, and forgets those in which nothing does. Groups that another process has at hand are left to it. */
const closeSql = (schema: string): string => `
create function ${schema}.close_alert_windows(p_now timestamptz, p_most integer) returns json
language plpgsql volatile as $close$
declare
  ended text[];
  emitted bigint := 0;
  suppressed bigint := 0;
begin
  delete from ${schema}.alert_groups where key = any(array(
    select g.key from ${schema}.alert_groups g where not ${IS_WINDOW_OPEN} and g.open_count = 0
    order by g.key limit p_most for update skip locked));
  ended := array(
    select g.key from ${schema}.alert_groups g where not ${IS_WINDOW_OPEN} and g.open_count > 0
    order by g.key limit p_most for update skip locked);
  if cardinality(ended) > 0 then
    select t.emitted, t.suppressed into emitted, suppressed from ${schema}.tell_alert_groups(ended, p_now, true) t;
  end if;
  if suppressed > 0 then
    insert into ${schema}.alert_tallies (suppressed) values (suppressed);
  end if;
  emitted := emitted + ${schema}.tell_kept_back(p_now, p_most);
  return json_build_object('emitted', emitted, 'closed', cardinality(ended));
end
$close$;`;

/** Raising alerts, once in a transaction and last; and what is done when a window is over. */
export const alertFunctionsSql = (schema: string): string =>
  [tellSql(schema), raiseSql(schema), noticeSql(schema), closeSql(schema)].join('\n');
