-- Attempts to sign in to one account, by the events since the rules looked last, of a day at least, and those that were
-- read since: so many failures within a time, wherever it begins. Each source is counted alone, since two may tell of one
-- attempt; the worst is told.
-- It is CRITICAL where a success, whoever tells of it, comes soon enough after a failure that completes such a burst.
--
-- Only accounts that can have had so many are looked at event by event: let time be cut into slots of that length, then
-- what comes within it lies in two of them, and one of the two has at least half as many.
with fixed as materialized (
    select f.rule, decode(replace(f.entity, '-', ''), 'hex') as key, max(f.at) as at
    from unnest($3::text[], $4::text[], $5::timestamptz[]) f (rule, entity, at)
    where f.rule = 'ACCESS_BRUTE_FORCE_ACCOUNT' and replace(f.entity, '-', '') ~ '^([0-9a-f]{2})*$'
    group by 1, 2
), same_account as materialized (
    -- an account of this month that was seen in the last day of the one before has the pseudonym of that one
    select distinct on (e.account_hash) e.account_hash as own, e.account_hash_before as before
    from vigie.access_events e
    where e.occurred_at >= $2::timestamptz and e.occurred_at < $2 + interval '15 minutes'
      and e.occurred_at <= $1::timestamptz
      and e.account_hash_before in (
          select o.account_hash
          from vigie.access_events o
          where o.occurred_at >= $2 - interval '24 hours' and o.occurred_at < $2)
    order by e.account_hash, e.account_hash_before
), seen as not materialized (
    select coalesce(s.before, e.account_hash) as key, e.source, e.occurred_at, e.count, e.route,
           e.event = 'authn_login_fail' as is_failure
    from vigie.access_events e
    left join same_account s on s.own = e.account_hash
    where (e.occurred_at > $9::timestamptz
           or e.recorded_at > $9 and e.recorded_at <= $1)
      and e.occurred_at <= $1
      and e.event in ('authn_login_fail', 'authn_login_success', 'authn_login_successafterfail')
      and e.account_hash is not null and not e.is_allowed
), suspect as materialized (
    -- the key comes first: by it, rows are sorted fast
    select array_agg(distinct c.key) as keys
    from (
        select s.key
        from seen s
        where s.is_failure
        -- thirty years are longer than anything is kept
        group by s.key,
                 date_bin(least(greatest($7::bigint, 1), 1e15)::float8 * interval '1 microsecond', s.occurred_at,
                          timestamptz 'epoch'),
                 s.source
        having sum(s.count) * 2 >= $6::bigint
    ) c
), counted as materialized (
    select s.*,
           coalesce(sum(s.count) filter (where s.is_failure) over (
               partition by s.key, s.source order by s.occurred_at
               range between make_interval(secs => $7 / 1000000.0) preceding and current row), 0) as recent
    from seen s
    left join fixed f on f.key = s.key
    -- neither joined nor sorted by it: whoever is not suspected is passed over while reading
    where (s.key in (select unnest(u.keys) from suspect u)) is true
      and (f.at is null or s.occurred_at > f.at)
), followed as (
    -- events of one instant are one after the other in any order
    select c.*,
           max(c.occurred_at) filter (where c.is_failure and c.recent >= $6) over (
               partition by c.key order by c.occurred_at) as burst_at
    from counted c
), succeeded as (
    select f.key, min(f.occurred_at) as success_at
    from followed f
    where not f.is_failure and f.occurred_at <= f.burst_at + make_interval(secs => $8::bigint / 1000000.0)
    group by f.key
), over as (
    select c.key, c.source, sum(c.count) as events, max(c.recent) as peak, min(c.occurred_at) as first_at,
           max(c.occurred_at) as last_at, min(c.occurred_at) filter (where c.recent >= $6) as since
    from counted c
    where c.is_failure
    group by c.key, c.source
    having max(c.recent) >= $6
), worst as (
    select distinct on (o.key) o.*
    from over o
    order by o.key, o.peak desc, o.events desc, o.source collate "C"
), routed as (
    select c.key, array_agg(distinct c.route collate "C" order by c.route collate "C") as routes
    from counted c
    join worst o on o.key = c.key and o.source = c.source
    where c.route is not null and c.is_failure
    group by c.key
)
select 'ACCESS_BRUTE_FORCE_ACCOUNT' as "rule!", encode(o.key, 'hex') as "entity!",
       case when s.success_at is null then 'WARN' else 'CRITICAL' end as "severity!", o.events::bigint as "events!",
       o.peak::bigint as "peak!", o.first_at, o.last_at, o.since, s.success_at,
       null::float8 as usual, r.routes[1:5] as routes
from worst o
left join succeeded s on s.key = o.key
left join routed r on r.key = o.key
