-- Five minutes of the last day in which far more was refused than usual: than the median of the same hour of the fourteen
-- days before, by so many times the median of how far those five minutes are from it. Hours before the journal began are no
-- zeros: they are left out, and with none at all nothing is usual.
with fixed as (
    select max(f.at) as at
    from unnest($2::text[], $3::text[], $4::timestamptz[]) f (rule, entity, at)
    where f.rule = 'ACCESS_SPIKE' and f.entity = 'all'
), begun as (
    select least((select min(e.occurred_at) from vigie.access_events e),
                 (select min(s.first_at) from vigie.access_sources s)) as at
), tallied as materialized (
    select floor(extract(epoch from e.occurred_at) / 300)::bigint as slot, sum(e.count) as count
    from vigie.access_events e
    where e.occurred_at > $1::timestamptz - interval '16 days' and e.occurred_at <= $1
      and e.outcome = 'refused'
    group by 1
), now as (
    select floor(extract(epoch from e.occurred_at) / 300)::bigint as slot, sum(e.count) as count
    from vigie.access_events e, fixed f
    where e.occurred_at > $1 - interval '24 hours' and e.occurred_at <= $1
      and e.outcome = 'refused'
      and (f.at is null or e.occurred_at > f.at)
    group by 1
    having sum(e.count) >= $5::bigint
), past as (
    select h.hour, coalesce(t.count, 0) as count
    from (select distinct n.slot / 12 as hour from now n) h
    cross join generate_series(1, 14) as day
    cross join generate_series(0, 11) as fifth
    cross join begun b
    left join tallied t on t.slot = (h.hour - 24 * day) * 12 + fifth
    where to_timestamp((h.hour - 24 * day) * 3600) >= b.at
), median as (
    select p.hour, percentile_cont(0.5) within group (order by p.count) as median
    from past p
    group by p.hour
), deviation as (
    select p.hour, m.median, percentile_cont(0.5) within group (order by abs(p.count - m.median)) as deviation
    from past p
    join median m on m.hour = p.hour
    group by p.hour, m.median
), over as (
    select n.slot, n.count, coalesce(d.median, 0) as usual
    from now n
    left join deviation d on d.hour = n.slot / 12
    where n.count > coalesce(d.median, 0) + $6::bigint * coalesce(d.deviation, 0)
)
select 'ACCESS_SPIKE' as "rule!", 'all' as "entity!", 'WARN' as "severity!", sum(o.count)::bigint as "events!",
       max(o.count)::bigint as "peak!", to_timestamp(min(o.slot) * 300) as first_at,
       to_timestamp(max(o.slot) * 300) as last_at, to_timestamp(min(o.slot) * 300) as since,
       null::timestamptz as success_at, (array_agg(o.usual order by o.count desc, o.slot))[1] as usual,
       null::text[] as routes
from over o
having count(*) > 0
