-- How many different accounts or resources an address tried within a time, wherever it begins, by the events of the last
-- day and those that were read in it. Each of them counts from an event until that time after it, and is counted once
-- while another event of it comes before that: so it adds one where such a chain begins, and takes one away after it
-- ended. Where the sum is highest, the most were tried.
with fixed as (
    select f.rule, f.entity, max(f.at) as at
    from unnest($3::text[], $4::text[], $5::timestamptz[]) f (rule, entity, at)
    group by f.rule, f.entity
), bound as (
    select b.rule, b.least, make_interval(secs => b.within / 1000000.0) as within
    from unnest($6::text[], $7::bigint[], $8::bigint[]) b (rule, least, within)
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
), same_account as materialized (
    select distinct on (e.account_hash) e.account_hash as own, e.account_hash_before as before
    from vigie.access_events e
    where e.occurred_at >= $2 and e.occurred_at < $2 + interval '15 minutes' and e.occurred_at <= $1
      and e.account_hash_before in (
          select o.account_hash
          from vigie.access_events o
          where o.occurred_at >= $2 - interval '24 hours' and o.occurred_at < $2)
    order by e.account_hash, e.account_hash_before
), seen as (
    select case e.event when 'authn_login_fail' then 'ACCESS_PASSWORD_SPRAY' else 'ACCESS_ENUMERATION' end as rule,
           encode(coalesce(s.before, e.address_hash), 'hex') as entity,
           case e.event when 'authn_login_fail' then encode(coalesce(a.before, e.account_hash), 'hex')
                        else e.resource end as what,
           e.occurred_at, e.count, e.route
    from vigie.access_events e
    left join same_address s on s.own = e.address_hash
    left join same_account a on a.own = e.account_hash
    where (e.occurred_at > $1::timestamptz - interval '24 hours'
           or e.recorded_at > $1 - interval '24 hours' and e.recorded_at <= $1)
      and e.occurred_at <= $1
      and e.event in ('authn_login_fail', 'authz_fail', 'resource_enumeration', 'empty_sensitive_read')
      and e.address_hash is not null and not e.is_allowed
), kept as (
    select s.*, b.least, b.within
    from seen s
    join bound b on b.rule = s.rule
    left join fixed f on f.rule = s.rule and f.entity = s.entity
    where s.what is not null and (f.at is null or s.occurred_at > f.at)
), chained as (
    select k.rule, k.entity, k.occurred_at, k.least, k.within,
           lag(k.occurred_at) over whose as before, lead(k.occurred_at) over whose as after
    from kept k
    window whose as (partition by k.rule, k.entity, k.what order by k.occurred_at)
), step as (
    select c.rule, c.entity, c.least, c.occurred_at as at, 1 as step
    from chained c
    where c.before is null or c.before + c.within < c.occurred_at
    union all
    select c.rule, c.entity, c.least, c.occurred_at + c.within, -1
    from chained c
    where c.after is null or c.after > c.occurred_at + c.within
), level as (
    -- what ends at an instant is still there at that instant
    select s.*, sum(s.step) over (partition by s.rule, s.entity order by s.at, s.step desc) as level
    from step s
), over as (
    select l.rule, l.entity, max(l.level) as peak, min(l.at) filter (where l.level >= l.least) as since
    from level l
    where l.step = 1
    group by l.rule, l.entity, l.least
    having max(l.level) >= l.least
)
select o.rule as "rule!", o.entity as "entity!",
       case o.rule when 'ACCESS_PASSWORD_SPRAY' then 'CRITICAL' else 'WARN' end as "severity!",
       sum(k.count)::bigint as "events!", o.peak as "peak!", min(k.occurred_at) as first_at, max(k.occurred_at) as last_at,
       o.since, null::timestamptz as success_at, null::float8 as usual,
       (array_agg(distinct k.route collate "C" order by k.route collate "C")
           filter (where k.route is not null))[1:5] as routes
from over o
join kept k on k.rule = o.rule and k.entity = o.entity
group by o.rule, o.entity, o.peak, o.since
