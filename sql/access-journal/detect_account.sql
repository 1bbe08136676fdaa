-- Attempts to sign in to one account, by the events of the last day and those that were read in it: so many failures
-- within a time, wherever it begins. Each source is counted alone, since two may tell of one attempt; the worst is told.
-- It is CRITICAL where a success, whoever tells of it, comes soon enough after a failure that completes such a burst.
with fixed as (
    select f.entity, max(f.at) as at
    from unnest($3::text[], $4::text[], $5::timestamptz[]) f (rule, entity, at)
    where f.rule = 'ACCESS_BRUTE_FORCE_ACCOUNT'
    group by f.entity
), same_account as materialized (
    -- an account of this month that was seen in the last day of the one before has the pseudonym of that one
    select distinct on (e.account_hash) e.account_hash as own, e.account_hash_before as before
    from vigie.access_events e
    where e.occurred_at >= $2::timestamptz and e.occurred_at < $2 + interval '15 minutes' and e.occurred_at <= $1
      and e.account_hash_before in (
          select o.account_hash
          from vigie.access_events o
          where o.occurred_at >= $2 - interval '24 hours' and o.occurred_at < $2)
    order by e.account_hash, e.account_hash_before
), seen as (
    select encode(coalesce(s.before, e.account_hash), 'hex') as entity, e.source, e.occurred_at, e.count, e.route,
           e.event = 'authn_login_fail' as is_failure
    from vigie.access_events e
    left join same_account s on s.own = e.account_hash
    where (e.occurred_at > $1::timestamptz - interval '24 hours'
           or e.recorded_at > $1 - interval '24 hours' and e.recorded_at <= $1)
      and e.occurred_at <= $1
      and e.event in ('authn_login_fail', 'authn_login_success', 'authn_login_successafterfail')
      and e.account_hash is not null and not e.is_allowed
), counted as (
    select s.*,
           coalesce(sum(s.count) filter (where s.is_failure) over (
               partition by s.entity, s.source order by s.occurred_at
               range between make_interval(secs => $7::bigint / 1000000.0) preceding and current row), 0) as recent
    from seen s
    left join fixed f on f.entity = s.entity
    where f.at is null or s.occurred_at > f.at
), followed as (
    -- events of one instant are one after the other in any order
    select c.*,
           max(c.occurred_at) filter (where c.is_failure and c.recent >= $6::bigint) over (
               partition by c.entity order by c.occurred_at) as burst_at
    from counted c
), succeeded as (
    select f.entity, min(f.occurred_at) as success_at
    from followed f
    where not f.is_failure and f.occurred_at <= f.burst_at + make_interval(secs => $8::bigint / 1000000.0)
    group by f.entity
), over as (
    select c.entity, c.source, sum(c.count) as events, max(c.recent) as peak, min(c.occurred_at) as first_at,
           max(c.occurred_at) as last_at, min(c.occurred_at) filter (where c.recent >= $6) as since
    from counted c
    where c.is_failure
    group by c.entity, c.source
    having max(c.recent) >= $6
), worst as (
    select distinct on (o.entity) o.*
    from over o
    order by o.entity, o.peak desc, o.events desc, o.source collate "C"
), routed as (
    select c.entity, array_agg(distinct c.route collate "C" order by c.route collate "C") as routes
    from counted c
    join worst o on o.entity = c.entity and o.source = c.source
    where c.route is not null and c.is_failure
    group by c.entity
)
select 'ACCESS_BRUTE_FORCE_ACCOUNT' as "rule!", o.entity as "entity!",
       case when s.success_at is null then 'WARN' else 'CRITICAL' end as "severity!", o.events::bigint as "events!",
       o.peak::bigint as "peak!", o.first_at, o.last_at, o.since, s.success_at,
       null::float8 as usual, r.routes[1:5] as routes
from worst o
left join succeeded s on s.entity = o.entity
left join routed r on r.entity = o.entity
