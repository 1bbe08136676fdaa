-- Five minutes since the rules looked last, of a day at least, in which a source refused far more than usual: than the
-- median of the same hour of the fourteen days before, by so many times the median of how far those five minutes are from
-- it. Hours before the source was first heard are no zeros: they are left out, and with less than seven days of them
-- nothing is known to be usual, and nothing is said. Each source is judged alone, since several may tell of one request;
-- the worst is told.
with fixed as (
    select max(f.at) as at
    from unnest($2::text[], $3::text[], $4::timestamptz[]) f (rule, entity, at)
    where f.rule = 'ACCESS_SPIKE' and f.entity = 'all'
), tallied as materialized (
    -- one look for what is usual and what is new
    select b.source, floor(extract(epoch from b.at) / 300)::bigint as slot, b.count, b.fresh
    from (
        select e.source, date_bin('5 minutes', e.occurred_at, timestamptz 'epoch') as at, sum(e.count) as count,
               sum(e.count) filter (
                   where e.occurred_at > $7::timestamptz
                     and (f.at is null or e.occurred_at > f.at)) as fresh
        from vigie.access_events e
        cross join fixed f
        where e.occurred_at > $7 - interval '15 days' and e.occurred_at <= $1::timestamptz
          and e.outcome = 'refused' and not e.is_allowed
        group by 1, 2
    ) b
), now as (
    select t.source, t.slot, t.fresh as count
    from tallied t
    where t.fresh >= $5::bigint
), past as (
    select h.source, h.hour, coalesce(t.count, 0) as count
    from (select distinct n.source, n.slot / 12 as hour from now n) h
    join vigie.access_sources b on b.source = h.source
    cross join generate_series(1, 14) as day
    cross join generate_series(0, 11) as fifth
    left join tallied t on t.source = h.source and t.slot = (h.hour - 24 * day) * 12 + fifth
    where to_timestamp((h.hour - 24 * day) * 3600) >= b.first_at
), median as (
    select p.source, p.hour, percentile_cont(0.5) within group (order by p.count) as median
    from past p
    group by p.source, p.hour
    having count(*) >= 7 * 12
), deviation as (
    select p.source, p.hour, m.median,
           percentile_cont(0.5) within group (order by abs(p.count - m.median)) as deviation
    from past p
    join median m on m.source = p.source and m.hour = p.hour
    group by p.source, p.hour, m.median
), over as (
    select n.source, n.slot, n.count, d.median as usual
    from now n
    join deviation d on d.source = n.source and d.hour = n.slot / 12
    where n.count > d.median + $6::bigint * d.deviation
)
select 'ACCESS_SPIKE' as "rule!", 'all' as "entity!", 'WARN' as "severity!", sum(o.count)::bigint as "events!",
       max(o.count)::bigint as "peak!", to_timestamp(min(o.slot) * 300) as first_at,
       to_timestamp(max(o.slot) * 300) as last_at, to_timestamp(min(o.slot) * 300) as since,
       null::timestamptz as success_at, (array_agg(o.usual order by o.count desc, o.slot))[1] as usual,
       null::text[] as routes
from over o
group by o.source
order by max(o.count) desc, sum(o.count) desc, o.source collate "C"
limit 1
