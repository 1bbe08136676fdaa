-- Buckets that leak, one for each rule, entity and source, filled by the events since the rules looked last, of a day at
-- least, and those that were read since. One request may be told by a gateway and by what stands behind it: that is one.
-- The worst source is told.
--
-- A bucket that loses one each leak, and to which event k at time t(k) adds w(k), holds after event n
--     B(n) = max(B(n-1) - (t(n) - t(n-1)) / leak, 0) + w(n).
-- Unrolled, that is the most over k <= n of what came from k to n less what leaked since k:
--     B(n) = max over k <= n of (W(n) - W(k-1) - (t(n) - t(k)) / leak),   W(n) = w(1) + ... + w(n)
--          = W(n) - t(n) / leak + max over k <= n of (t(k) / leak - W(k-1)).
-- Times the leak, in microseconds, nothing is divided and nothing is rounded. A row that stands for several events adds
-- all of them at its time.
--
-- Only buckets that can run over are looked at event by event. Let time be cut into slots of half the time in which a full
-- one runs empty. What came from k to n lies in at most two slots more than fit between t(k) and t(n); were no slot to add
-- more than half of what the bucket holds, it would be at most capacity + (t(n) - t(k)) / leak: it does not run over.
with bucket as materialized (
    select b.rule, b.capacity::numeric as capacity, b.leak::numeric as leak,
           -- thirty years are longer than anything is kept
           least(ceil(b.capacity::numeric * b.leak / 2), 1e15)::float8 * interval '1 microsecond' as slot
    from unnest($6::text[], $7::bigint[], $8::bigint[]) b (rule, capacity, leak)
), fixed as materialized (
    select f.rule, decode(replace(f.entity, '-', ''), 'hex') as key, max(f.at) as at
    from unnest($3::text[], $4::text[], $5::timestamptz[]) f (rule, entity, at)
    where f.rule in (select b.rule from bucket b) and replace(f.entity, '-', '') ~ '^([0-9a-f]{2})*$'
    group by 1, 2
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
), told as not materialized (
    -- 16 bytes each, since texts are compared slowly
    select case e.event when 'authn_login_fail' then 'ACCESS_BRUTE_FORCE_IP' else 'ACCESS_DENIED_IP' end as rule,
           coalesce(s.before, e.address_hash) as key, e.source, e.occurred_at, e.seq, e.count, e.route
    from vigie.access_events e
    left join same_address s on s.own = e.address_hash
    where (e.occurred_at > $9::timestamptz
           or e.recorded_at > $9 and e.recorded_at <= $1)
      and e.occurred_at <= $1
      and e.event in ('authn_login_fail', 'authz_fail', 'authn_token_invalid')
      and e.address_hash is not null and not e.is_allowed
    union all
    select 'ACCESS_DENIED_USER', uuid_send(e.actor_id), e.source, e.occurred_at, e.seq, e.count, e.route
    from vigie.access_events e
    where (e.occurred_at > $9::timestamptz
           or e.recorded_at > $9 and e.recorded_at <= $1)
      and e.occurred_at <= $1
      and e.event in ('authz_fail', 'authn_token_invalid')
      and e.actor_id is not null and not e.is_allowed
), seen as not materialized (
    select t.*, b.capacity, b.leak, b.slot
    from told t
    join bucket b on b.rule = t.rule
    left join fixed f on f.rule = t.rule and f.key = t.key
    where f.at is null or t.occurred_at > f.at
), suspect as materialized (
    -- the key comes first: by it, rows are sorted fast
    select array_agg(distinct c.key) as keys
    from (
        select s.key
        from seen s
        group by s.key, date_bin(s.slot, s.occurred_at, timestamptz 'epoch'), s.source, s.rule, s.capacity
        having sum(s.count) * 2 > s.capacity
    ) c
), filled as materialized (
    select s.*, extract(epoch from s.occurred_at) * 1000000 as at, s.count * s.leak as weight,
           sum(s.count * s.leak) over (partition by s.rule, s.key, s.source order by s.occurred_at, s.seq) as filled
    from seen s
    -- neither joined nor sorted by it: whoever is not suspected is passed over while reading
    where (s.key in (select unnest(u.keys) from suspect u)) is true
), leveled as (
    select f.*, f.filled - f.at
                + max(f.at - (f.filled - f.weight))
                  over (partition by f.rule, f.key, f.source order by f.occurred_at, f.seq) as level
    from filled f
), over as (
    select l.rule, l.key, l.source, sum(l.count) as events, floor(max(l.level) / l.leak) as peak,
           min(l.occurred_at) as first_at, max(l.occurred_at) as last_at,
           min(l.occurred_at) filter (where l.level > l.capacity * l.leak) as since
    from leveled l
    group by l.rule, l.key, l.source, l.capacity, l.leak
    having max(l.level) > l.capacity * l.leak
), worst as (
    select distinct on (o.rule, o.key) o.*
    from over o
    order by o.rule, o.key, o.peak desc, o.events desc, o.source collate "C"
), routed as (
    select f.rule, f.key, array_agg(distinct f.route collate "C" order by f.route collate "C") as routes
    from filled f
    join worst o on o.rule = f.rule and o.key = f.key and o.source = f.source
    where f.route is not null
    group by f.rule, f.key
)
select o.rule as "rule!",
       case o.rule when 'ACCESS_DENIED_USER' then encode(o.key, 'hex')::uuid::text
                   else encode(o.key, 'hex') end as "entity!",
       'WARN' as "severity!", o.events::bigint as "events!",
       o.peak::bigint as "peak!", o.first_at, o.last_at, o.since, null::timestamptz as success_at,
       null::float8 as usual, r.routes[1:5] as routes
from worst o
left join routed r on r.rule = o.rule and r.key = o.key
