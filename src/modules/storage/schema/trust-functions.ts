/** What a user is trusted with; both take the user's lock, so that neither slips past an erasure or a limit. */
export const trustFunctionsSql = (schema: string): string => `
create function ${schema}.announce_travel(
  p_user text, p_id text, p_country text, p_since timestamptz, p_until timestamptz, p_now timestamptz, p_most integer
) returns boolean language plpgsql volatile as $announce$
begin
  perform pg_advisory_xact_lock(hashtextextended('${schema}.user.' || p_user, 0));
  if (select count(*) from ${schema}.user_trust
      where user_id = p_user and kind = 'announced' and until > p_now) >= p_most then
    return false;
  end if;
  insert into ${schema}.user_trust (user_id, id, kind, country, since, until)
  values (p_user, p_id, 'announced', p_country, p_since, p_until);
  return true;
end
$announce$;

create function ${schema}.trust_place(
  p_user text, p_network text, p_country text, p_since timestamptz, p_until timestamptz
) returns void language plpgsql volatile as $trust$
begin
  perform pg_advisory_xact_lock(hashtextextended('${schema}.user.' || p_user, 0));
  insert into ${schema}.user_trust as t (user_id, id, kind, country, network, since, until)
  select p_user, kind || ':' || coalesce(network, country), kind, country, network, p_since, p_until
  from (values ('network', null, p_network), ('country', p_country, null)) as place (kind, country, network)
  where coalesce(network, country) is not null
  on conflict (user_id, id) do update
    set since = least(t.since, excluded.since), until = greatest(t.until, excluded.until);
end
$trust$;
`;
