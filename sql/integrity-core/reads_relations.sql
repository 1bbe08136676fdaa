-- Every relation that a view ($1) reads, directly and through other views. The rule of a view names them all by oid,
-- built-in ones too, which pg_depend does not. `read_as` is the role whose rights decide: the owner of the view that
-- names it, or null for whoever runs the query, whom PostgreSQL asks at every security_invoker view, however deep.
with recursive reads (oid, read_as, direct) as (
    select m.found[1]::oid, null::oid, true
    from pg_catalog.pg_rewrite w, regexp_matches(w.ev_action::text, ':relid (\d+)', 'g') m (found)
    where w.ev_class = to_regclass($1::text) and m.found[1]::oid not in (0, w.ev_class)
    union
    select m.found[1]::oid,
        case when exists (
            select from pg_options_to_table(v.reloptions) o
            where o.option_name = 'security_invoker' and o.option_value::boolean
        ) then null else v.relowner end,
        false
    from reads r
    inner join pg_catalog.pg_class v on v.oid = r.oid and v.relkind = 'v'
    inner join pg_catalog.pg_rewrite w on w.ev_class = v.oid and w.ev_type = '1'
    cross join regexp_matches(w.ev_action::text, ':relid (\d+)', 'g') m (found)
    where m.found[1]::oid not in (0, v.oid)
)
select
    c.oid::bigint as "oid!", n.nspname as "schema!", c.relname as "name!", c.relkind::text as "kind!",
    c.relrowsecurity as "row_security!", bool_or(r.direct) as "direct!", a.rolname as "read_as?"
from reads r
inner join pg_catalog.pg_class c on c.oid = r.oid
inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_roles a on a.oid = r.read_as
group by c.oid, n.nspname, c.relname, c.relkind, c.relrowsecurity, a.rolname
order by n.nspname collate "C", c.relname collate "C", a.rolname
