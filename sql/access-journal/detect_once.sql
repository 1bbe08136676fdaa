-- What is too much when it happens once, by the events since the rules looked last, of a day at least, and those that
-- were read since, however late. What does not say where it was is told all the same.
with fixed as (
    select f.rule, f.entity, max(f.at) as at
    from unnest($3::text[], $4::text[], $5::timestamptz[]) f (rule, entity, at)
    group by f.rule, f.entity
), same_address as materialized (
    -- a client of this month who was seen in the last day of the one before has the pseudonym of that one
    select distinct on (e.address_hash) e.address_hash as own, e.address_hash_before as before
    from vigie.access_events e
    where e.occurred_at >= $2::timestamptz and e.occurred_at < $2 + interval '15 minutes'
      and e.occurred_at <= $1::timestamptz
      and e.address_hash_before in (
          select o.address_hash
          from vigie.access_events o
          where o.occurred_at >= $2 - interval '24 hours' and o.occurred_at < $2)
    order by e.address_hash, e.address_hash_before
), seen as (
    select 'ANON_DATA_EXPOSED' as rule, coalesce(e.resource, e.route, 'unknown') as entity, e.occurred_at, e.count, e.route,
           -- what may have been given, where nobody knows
           e.severity = 'WARN' as is_possible
    from vigie.access_events e
    where (e.occurred_at > $6::timestamptz
           or e.recorded_at > $6 and e.recorded_at <= $1)
      and e.occurred_at <= $1
      and e.event = 'anon_data_read'
    union all
    select 'SERVICE_ROLE_FROM_BROWSER', coalesce(encode(coalesce(s.before, e.address_hash), 'hex'), 'unknown'),
           e.occurred_at, e.count, e.route, false
    from vigie.access_events e
    left join same_address s on s.own = e.address_hash
    where (e.occurred_at > $6::timestamptz
           or e.recorded_at > $6 and e.recorded_at <= $1)
      and e.occurred_at <= $1
      and e.event = 'service_role_from_browser'
), live as (
    select s.*, bool_or(not s.is_possible) over (partition by s.rule, s.entity) as is_certain
    from seen s
    left join fixed f on f.rule = s.rule and f.entity = s.entity
    where f.at is null or s.occurred_at > f.at
)
select s.rule as "rule!", s.entity as "entity!",
       case when bool_or(s.is_certain) then 'CRITICAL' else 'WARN' end as "severity!", sum(s.count)::bigint as "events!",
       sum(s.count)::bigint as "peak!", min(s.occurred_at) as first_at, max(s.occurred_at) as last_at,
       min(s.occurred_at) as since, null::timestamptz as success_at, null::float8 as usual,
       (array_agg(distinct s.route collate "C" order by s.route collate "C")
           filter (where s.route is not null))[1:5] as routes
from live s
where not (s.is_possible and s.is_certain)
group by s.rule, s.entity
