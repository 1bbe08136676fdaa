-- As before, and how many checks have live alerts and are not evaluated.
--
-- Whether the checks are made and what they come to, in numbers alone, for the endpoint that anybody may ask. The login that
-- serves people sees no row of Vigie's; through this it learns how many, and of nothing which.
create or replace function vigie.vitals(database text) returns jsonb
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'at', clock_timestamp(),
        'age_seconds', extract(epoch from vigie.sync_heartbeat($1)),
        'critical', (select count(*) from vigie.alerts a
                     where a.severity = 'CRITICAL' and a.status <> 'RESOLVED' and a.database = $1),
        'frozen', (select count(distinct w.code)
                   from vigie.alerts a
                   -- an alert about a check is that check's own affair
                   cross join lateral (select case when a.check_code in ('CHECK_FAILING', 'CHECK_SUSPECT') then a.entity_id
                                              else a.check_code end as code) w
                   where a.database = $1 and a.status <> 'RESOLVED'
                     and not exists (select from vigie.checks c
                                     where c.database = $1 and c.code = w.code and c.enabled and c.active)),
        'checks', (select coalesce(jsonb_agg(jsonb_build_object(
                       'every_seconds', c.every_seconds, 'proved', c.proved,
                       'complete_at', s.complete_at, 'outcome', s.outcome)), '[]')
                   from vigie.checks c
                   left join vigie.check_states s on s.database = c.database and s.check_code = c.code
                   where c.database = $1 and c.enabled and c.active))
$$;
comment on function vigie.vitals(text) is 'How the checks of a watched database are, in numbers alone';
revoke all on function vigie.vitals(text) from public;
