with late as materialized (
    select a.id
    from vigie.alerts a
    join vigie.alert_details d on d.id = a.id
    where d.overdue and d.status <> 'RESOLVED' and d.breached_at is null
    order by a.id
    for update of a
), late_all as materialized (
    select array_agg(id) as ids, count(*) as n from late
)
select
    n as "breaches!",
    vigie.record_events(null, null, clock_timestamp(), ids, array_fill('BREACHED'::text, array[n::integer]),
        array_fill(jsonb_build_object('set', jsonb_build_object('breached_at', clock_timestamp())), array[n::integer]))
from late_all
where n > 0
