-- Buckets that leak, one for each rule, entity and source, filled by the events of the last day and those that were read
-- in it. One request may be told by a gateway and by what stands behind it: that is one. The worst source is told.
--
-- A bucket that loses one each leak, and to which event k at time t(k) adds w(k), holds after event n
--     B(n) = max(B(n-1) - (t(n) - t(n-1)) / leak, 0) + w(n).
-- Unrolled, that is the most over k <= n of what came from k to n less what leaked since k:
--     B(n) = max over k <= n of (W(n) - W(k-1) - (t(n) - t(k)) / leak),   W(n) = w(1) + ... + w(n)
--          = W(n) - t(n) / leak + max over k <= n of (t(k) / leak - W(k-1)).
-- Times the leak, in microseconds, nothing is divided and nothing is rounded. A row that stands for several events adds
-- all of them at its time.
with fixed as (
    select f.rule, f.entity, max(f.at) as at
    from unnest($3::text[], $4::text[], $5::timestamptz[]) f (rule, entity, at)
    group by f.rule, f.entity
), bucket as (
    select b.rule, b.capacity::numeric as capacity, b.leak::numeric as leak
    from unnest($6::text[], $7::bigint[], $8::bigint[]) b (rule, capacity, leak)
), same_address as materialized (
    -- a client of this month who was seen in the last day of the one before has the pseudonym of that one
    select distinct on (e.address_hash) e.address_hash as own, e.address_hash_before as before
    from vigie.access_events e
    where e.occurred_at >= $2::timestamptz and e.occurred_at < $2 + interval '15 minutes' and e.occurred_at <= $1
      and e.address_hash_before in (
          select o.address_hash
          from vigie.access_events o
          where o.occurred_at >= $2 - interval '24 hours' and o.occurred_at < $2)
    order by e.address_hash, e.address_hash_before
), seen as (
    select case e.event when 'authn_login_fail' then 'ACCESS_BRUTE_FORCE_IP' else 'ACCESS_DENIED_IP' end as rule,
           encode(coalesce(s.before, e.address_hash), 'hex') as entity, e.source, e.occurred_at, e.seq, e.count,
           e.route
    from vigie.access_events e
    left join same_address s on s.own = e.address_hash
    where (e.occurred_at > $1::timestamptz - interval '24 hours'
           or e.recorded_at > $1 - interval '24 hours' and e.recorded_at <= $1)
      and e.occurred_at <= $1
      and e.event in ('authn_login_fail', 'authz_fail', 'authn_token_invalid')
      and e.address_hash is not null and not e.is_allowed
    union all
    select 'ACCESS_DENIED_USER', e.actor_id::text, e.source, e.occurred_at, e.seq, e.count, e.route
    from vigie.access_events e
    where (e.occurred_at > $1 - interval '24 hours'
           or e.recorded_at > $1 - interval '24 hours' and e.recorded_at <= $1)
      and e.occurred_at <= $1
      and e.event in ('authz_fail', 'authn_token_invalid')
      and e.actor_id is not null and not e.is_allowed
), filled as (
    select s.*, b.capacity, b.leak, extract(epoch from s.occurred_at) * 1000000 as at, s.count * b.leak as weight,
           sum(s.count * b.leak) over (partition by s.rule, s.entity, s.source order by s.occurred_at, s.seq) as filled
    from seen s
    join bucket b on b.rule = s.rule
    left join fixed f on f.rule = s.rule and f.entity = s.entity
    where f.at is null or s.occurred_at > f.at
), leveled as (
    select f.*, f.filled - f.at
                + max(f.at - (f.filled - f.weight))
                  over (partition by f.rule, f.entity, f.source order by f.occurred_at, f.seq) as level
    from filled f
), over as (
    select l.rule, l.entity, l.source, sum(l.count) as events, floor(max(l.level) / l.leak) as peak,
           min(l.occurred_at) as first_at, max(l.occurred_at) as last_at,
           min(l.occurred_at) filter (where l.level > l.capacity * l.leak) as since
    from leveled l
    group by l.rule, l.entity, l.source, l.capacity, l.leak
    having max(l.level) > l.capacity * l.leak
), worst as (
    select distinct on (o.rule, o.entity) o.*
    from over o
    order by o.rule, o.entity, o.peak desc, o.events desc, o.source collate "C"
), routed as (
    select f.rule, f.entity, array_agg(distinct f.route collate "C" order by f.route collate "C") as routes
    from filled f
    join worst o on o.rule = f.rule and o.entity = f.entity and o.source = f.source
    where f.route is not null
    group by f.rule, f.entity
)
select o.rule as "rule!", o.entity as "entity!", 'WARN' as "severity!", o.events::bigint as "events!",
       o.peak::bigint as "peak!", o.first_at, o.last_at, o.since, null::timestamptz as success_at,
       null::float8 as usual, r.routes[1:5] as routes
from worst o
left join routed r on r.rule = o.rule and r.entity = o.entity
