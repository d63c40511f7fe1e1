/** One partition for each calendar month in UTC, made and dropped as those of the logins are. */
export const decisionPartitionsSql = (schema: string): string => `
create function ${schema}.ensure_decision_partitions(p_from timestamptz, p_to timestamptz) returns integer
language plpgsql volatile set lock_timeout = '300ms' as $ensure$
declare
  month timestamp := date_trunc('month', p_from at time zone 'UTC');
  first_minute timestamptz;
  end_minute timestamptz;
  partition text;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('${schema}.ensure_decision_partitions', 0));
  while month <= p_to at time zone 'UTC' loop
    partition := 'decisions_' || to_char(month, 'YYYYMM');
    first_minute := month at time zone 'UTC';
    end_minute := (month + interval '1 month') at time zone 'UTC';
    if to_regclass(format('${schema}.%I', partition)) is null then
      execute format('create table ${schema}.%I (like ${schema}.decisions including defaults including constraints)', partition);
      -- In the order in which a decision locks them: first the whole, then a part.
      lock table only ${schema}.decisions in share update exclusive mode;
      lock table ${schema}.decisions_default in access exclusive mode;
      execute format(
        'with moved as (
           delete from ${schema}.decisions_default where minute >= $1 and minute < $2 returning *
         ) insert into ${schema}.%I select * from moved', partition) using first_minute, end_minute;
      execute format(
        'alter table ${schema}.decisions attach partition ${schema}.%I for values from (%L) to (%L)',
        partition, to_char(month, 'YYYY-MM-DD 00:00:00+00'), to_char(month + interval '1 month', 'YYYY-MM-DD 00:00:00+00'));
      made := made + 1;
    end if;
    month := month + interval '1 month';
  end loop;
  return made;
end
$ensure$;

create function ${schema}.drop_decision_partitions(p_before timestamptz) returns integer
language plpgsql volatile set lock_timeout = '300ms' as $drop$
declare
  partition text;
  dropped integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('${schema}.ensure_decision_partitions', 0));
  for partition in
    select child.relname from pg_inherits
    join pg_class child on child.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent = '${schema}.decisions'::regclass
      and child.relname ~ '^decisions_[0-9]{6}$'
      and (to_date(right(child.relname, 6), 'YYYYMM')::timestamp + interval '1 month') at time zone 'UTC' <= p_before
    order by child.relname
  loop
    execute format('drop table ${schema}.%I', partition);
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$drop$;
`;
