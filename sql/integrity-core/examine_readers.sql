-- Relations outside the schema vigie that show what stands in it with their owner's rights, and who may read them. Where
-- a view is a security_invoker, the rights of who asks decide behind it, and no grant on it gives more; a materialized
-- view holds what its owner saw.
with recursive reach (oid, is_asked) as (
    select c.oid, false from pg_catalog.pg_class c where c.relnamespace = to_regnamespace('vigie')
    union
    select v.oid, v.relkind = 'v' and (r.is_asked or exists (
        select from pg_options_to_table(v.reloptions) o
        where o.option_name = 'security_invoker' and o.option_value::boolean
    ))
    from reach r
    inner join pg_catalog.pg_depend d
        on d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = r.oid
        and d.classid = 'pg_catalog.pg_rewrite'::regclass
    inner join pg_catalog.pg_rewrite w on w.oid = d.objid
    inner join pg_catalog.pg_class v on v.oid = w.ev_class and v.relkind in ('v', 'm')
    where v.oid <> r.oid
),
shown as (
    select distinct c.oid, c.relowner, c.relacl, format('%I.%I', n.nspname, c.relname) as name
    from reach r
    inner join pg_catalog.pg_class c on c.oid = r.oid
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where not r.is_asked and n.nspname <> 'vigie'
      -- what becomes of ours, their own question asks
      and not (n.nspname = 'public' and c.relname in ('system_alerts', 'v_integrity_checks')
               and coalesce(obj_description(c.oid, 'pg_class'), '') like 'Vigie: %')
)
select distinct
    s.name as "name!",
    case a.grantee when 0 then 'public' else a.grantee::regrole::text end as "reader!",
    a.grantee = 0 or exists (
        select from pg_catalog.pg_roles r
        where r.rolname = 'anon' and not r.rolsuper and pg_has_role(r.oid, nullif(a.grantee, 0), 'usage')
    ) as "is_stranger!"
from shown s
cross join lateral (
    select g.grantee, g.privilege_type from aclexplode(s.relacl) as g
    union all
    select g.grantee, g.privilege_type
    from pg_catalog.pg_attribute t
    cross join aclexplode(t.attacl) as g
    where t.attrelid = s.oid
) as a
where a.privilege_type = 'SELECT' and a.grantee <> s.relowner
order by 1, 2
