-- What anonymous callers reach of Vigie's: the role anon, where there is one, by any grant that it has or inherits, and
-- PUBLIC, which is everybody. From the catalogs, object by object; defaults count where nothing else was said.
with strangers as (
    select 0::oid as oid, 'public' as name
    union all
    select r.oid, format('%I', r.rolname)
    from pg_catalog.pg_roles r
    where exists (
        select from pg_catalog.pg_roles a
        where a.rolname = 'anon' and not a.rolsuper and pg_has_role(a.oid, r.oid, 'usage')
    )
),
relations as (
    select c.oid, c.relkind, c.relowner, c.relacl, n.nspname, c.relname
    from pg_catalog.pg_class c
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      and (
          n.nspname = 'vigie'
          or (n.nspname = 'public' and c.relname in ('system_alerts', 'v_integrity_checks')
              and obj_description(c.oid, 'pg_class') like 'Vigie: %')
      )
),
acls as (
    select 'schema' as sort, format('%I', n.nspname) as object, a.*
    from pg_catalog.pg_namespace n
    cross join aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as a
    where n.nspname = 'vigie'
    union all
    select case c.relkind when 'S' then 'sequence' else 'table' end, format('%I.%I', c.nspname, c.relname), a.*
    from relations c
    cross join aclexplode(coalesce(
        c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)
    )) as a
    union all
    select 'column', format('%I.%I (%I)', c.nspname, c.relname, t.attname), a.*
    from relations c
    inner join pg_catalog.pg_attribute t on t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
    cross join aclexplode(t.attacl) as a
    union all
    select 'routine', format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), a.*
    from pg_catalog.pg_proc p
    inner join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
    where n.nspname = 'vigie'
)
select
    format('%s has %s on the %s %s', s.name, a.privilege_type, a.sort, a.object) as "what!",
    case a.sort
        when 'column' then format('revoke %s (%s) on %s from %s', a.privilege_type,
                                  substring(a.object from ' \((.*)\)$'), split_part(a.object, ' (', 1), s.name)
        else format('revoke %s on %s %s from %s', a.privilege_type, a.sort, a.object, s.name)
    end as "remedy!"
from acls a
inner join strangers s on s.oid = a.grantee
order by a.sort, a.object collate "C", a.privilege_type, s.name
