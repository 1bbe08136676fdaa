-- Due dates that passed. What somebody else holds just now is left for the next time, so that nobody ever waits here.
with late as materialized (
    select a.id
    from vigie.alerts a
    where a.due_at <= now() and a.breached_at is null
      and (a.status = 'OPEN' or (a.status = 'ACK' and a.severity = 'CRITICAL'))
    order by a.id
    for update skip locked
), late_all as materialized (
    select array_agg(id) as ids, count(*) as n from late
)
select
    n as "breached!",
    vigie.record_events(null, null, clock_timestamp(), ids, array_fill('BREACHED'::text, array[n::integer]),
        array_fill(jsonb_build_object('set', jsonb_build_object('breached_at', clock_timestamp())), array[n::integer]))
from late_all
where n > 0
