-- Every function, operator and aggregate that a view ($1) calls, directly and through other views: whoever reads a view
-- calls them with their own rights, whatever the view's owner may do.
with recursive rules (view, action) as (
    select w.ev_class, w.ev_action::text
    from pg_catalog.pg_rewrite w
    where w.ev_class = to_regclass($1::text)
    union
    select v.oid, w.ev_action::text
    from rules r
    cross join regexp_matches(r.action, ':relid (\d+)', 'g') m (found)
    inner join pg_catalog.pg_class v on v.oid = m.found[1]::oid and v.relkind = 'v' and v.oid <> r.view
    inner join pg_catalog.pg_rewrite w on w.ev_class = v.oid and w.ev_type = '1'
)
select
    p.oid::bigint as "oid!", n.nspname as "schema!", p.proname as "name!", p.provolatile = 'v' as "volatile!",
    bool_or(r.view = to_regclass($1::text)) as "direct!"
from rules r
cross join regexp_matches(r.action, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') m (found)
inner join pg_catalog.pg_proc p on p.oid = m.found[1]::oid
inner join pg_catalog.pg_namespace n on n.oid = p.pronamespace
group by p.oid, n.nspname, p.proname, p.provolatile
order by n.nspname collate "C", p.proname collate "C", p.oid
