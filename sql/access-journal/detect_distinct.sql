-- How many different accounts or resources an address tried within a time, wherever it begins, by the events since the rules
-- looked last, of a day at least, and those that were read since. Each of them counts from an event until that time after
-- it, and is counted once while another event of it comes before that: so it adds one where such a chain begins, and takes
-- one away after it ended. Where the sum is highest, the most were tried. Each source is counted alone, since two may tell
-- of one request, each in its words; the worst is told.
--
-- Only addresses that can have tried so many are looked at event by event: let time be cut into slots of that length, then
-- what is tried within it lies in two of them, and one of the two has at least half as many events.
with bound as materialized (
    select b.rule, b.least, make_interval(secs => b.within / 1000000.0) as within,
           -- thirty years are longer than anything is kept
           least(greatest(b.within, 1), 1e15)::float8 * interval '1 microsecond' as slot
    from unnest($6::text[], $7::bigint[], $8::bigint[]) b (rule, least, within)
), fixed as materialized (
    select f.rule, decode(replace(f.entity, '-', ''), 'hex') as key, max(f.at) as at
    from unnest($3::text[], $4::text[], $5::timestamptz[]) f (rule, entity, at)
    where f.rule in (select b.rule from bound b) and replace(f.entity, '-', '') ~ '^([0-9a-f]{2})*$'
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
), same_account as materialized (
    select distinct on (e.account_hash) e.account_hash as own, e.account_hash_before as before
    from vigie.access_events e
    where e.occurred_at >= $2 and e.occurred_at < $2 + interval '15 minutes' and e.occurred_at <= $1
      and e.account_hash_before in (
          select o.account_hash
          from vigie.access_events o
          where o.occurred_at >= $2 - interval '24 hours' and o.occurred_at < $2)
    order by e.account_hash, e.account_hash_before
), told as not materialized (
    select case e.event when 'authn_login_fail' then 'ACCESS_PASSWORD_SPRAY' else 'ACCESS_ENUMERATION' end as rule,
           coalesce(s.before, e.address_hash) as key, e.source, e.occurred_at, e.count, e.route,
           case e.event when 'authn_login_fail' then e.account_hash end as account,
           case e.event when 'authn_login_fail' then null else e.resource end as resource
    from vigie.access_events e
    left join same_address s on s.own = e.address_hash
    where (e.occurred_at > $9::timestamptz
           or e.recorded_at > $9 and e.recorded_at <= $1)
      and e.occurred_at <= $1
      and (e.event = 'authn_login_fail' and e.account_hash is not null
           or e.event in ('authz_fail', 'resource_enumeration', 'empty_sensitive_read') and e.resource is not null)
      and e.address_hash is not null and not e.is_allowed
), seen as not materialized (
    select t.*, b.least, b.within, b.slot
    from told t
    join bound b on b.rule = t.rule
    left join fixed f on f.rule = t.rule and f.key = t.key
    where f.at is null or t.occurred_at > f.at
), suspect as materialized (
    -- the key comes first: by it, rows are sorted fast
    select array_agg(distinct c.key) as keys
    from (
        select s.key
        from seen s
        group by s.key, date_bin(s.slot, s.occurred_at, timestamptz 'epoch'), s.rule, s.least
        having count(*) * 2 >= s.least
    ) c
), kept as materialized (
    select s.rule, s.key, s.source, s.occurred_at, s.count, s.route, s.least, s.within,
           coalesce(encode(coalesce(a.before, s.account), 'hex'), s.resource) collate "C" as what
    from seen s
    left join same_account a on a.own = s.account
    -- neither joined nor sorted by it: whoever is not suspected is passed over while reading
    where (s.key in (select unnest(u.keys) from suspect u)) is true
), chained as (
    select k.rule, k.key, k.source, k.occurred_at, k.least, k.within,
           lag(k.occurred_at) over whose as before, lead(k.occurred_at) over whose as after
    from kept k
    window whose as (partition by k.rule, k.key, k.source, k.what order by k.occurred_at)
), step as (
    select c.rule, c.key, c.source, c.least, c.occurred_at as at, 1 as step
    from chained c
    where c.before is null or c.before + c.within < c.occurred_at
    union all
    select c.rule, c.key, c.source, c.least, c.occurred_at + c.within, -1
    from chained c
    where c.after is null or c.after > c.occurred_at + c.within
), level as (
    -- what ends at an instant is still there at that instant
    select s.*, sum(s.step) over (partition by s.rule, s.key, s.source order by s.at, s.step desc) as level
    from step s
), over as (
    select l.rule, l.key, l.source, max(l.level) as peak, min(l.at) filter (where l.level >= l.least) as since
    from level l
    where l.step = 1
    group by l.rule, l.key, l.source, l.least
    having max(l.level) >= l.least
), told_by as (
    select o.rule, o.key, o.source, o.peak, o.since, sum(k.count) as events, min(k.occurred_at) as first_at,
           max(k.occurred_at) as last_at,
           (array_agg(distinct k.route collate "C" order by k.route collate "C")
               filter (where k.route is not null))[1:5] as routes
    from over o
    join kept k on k.rule = o.rule and k.key = o.key and k.source = o.source
    group by o.rule, o.key, o.source, o.peak, o.since
), worst as (
    select distinct on (t.rule, t.key) t.*
    from told_by t
    order by t.rule, t.key, t.peak desc, t.events desc, t.source collate "C"
)
select o.rule as "rule!", encode(o.key, 'hex') as "entity!",
       case o.rule when 'ACCESS_PASSWORD_SPRAY' then 'CRITICAL' else 'WARN' end as "severity!",
       o.events::bigint as "events!", o.peak::bigint as "peak!", o.first_at, o.last_at, o.since,
       null::timestamptz as success_at, null::float8 as usual, o.routes
from worst o
