-- What an installation can change, as comparable facts: taken before and after a step, they tell what it did. Those
-- with `undo` lie outside the schema vigie. $1: relations outside that schema (schema.relation) that steps create.
with logins as (
    select oid, rolname, rolbypassrls
    from pg_catalog.pg_roles
    where rolname in ('authenticated', 'vigie_sync', 'vigie_api', 'vigie_eval', 'vigie_ingest', 'vigie_access_reader')
),
ours as (
    select oid, rolname, rolbypassrls from logins where rolname <> 'authenticated'
),
acls as (
    select 'schema ' || format('%I', n.nspname) as object, 'schema' as sort,
        n.nspname = 'vigie' as inside, a.*
    from pg_catalog.pg_namespace n, aclexplode(n.nspacl) a
    union all
    -- ON TABLE is right for views, materialized views and foreign tables too
    select case c.relkind when 'S' then 'sequence ' else 'table ' end || format('%I.%I', n.nspname, c.relname),
        'relation', n.nspname = 'vigie', a.*
    from pg_catalog.pg_class c
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
    where c.relacl is not null
    union all
    select format('table %I.%I (%I)', n.nspname, c.relname, t.attname), 'column', n.nspname = 'vigie', a.*
    from pg_catalog.pg_attribute t
    inner join pg_catalog.pg_class c on c.oid = t.attrelid
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace, aclexplode(t.attacl) a
    where t.attacl is not null and n.nspname = 'vigie'
    union all
    select 'routine ' || format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
        'routine', n.nspname = 'vigie', a.*
    from pg_catalog.pg_proc p
    inner join pg_catalog.pg_namespace n on n.oid = p.pronamespace, aclexplode(p.proacl) a
    where p.proacl is not null
    union all
    select 'database ' || format('%I', d.datname), 'database', false, a.*
    from pg_catalog.pg_database d, aclexplode(d.datacl) a
    where d.datname = current_database()
),
watched as (
    select c.oid, c.relkind, c.reloptions, c.relowner, c.relacl, c.relname, n.nspname
    from unnest($1::text[]) w (name)
    inner join pg_catalog.pg_namespace n on n.nspname = split_part(w.name, '.', 1)
    inner join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = split_part(w.name, '.', 2)
)
select kind as "kind!", name as "name!", detail as "detail!", undo, redo
from (
    select 'role' as kind, rolname::text as name, '' as detail, format('drop role %I', rolname) as undo,
        null as redo
    from logins
    union all
    select 'attribute', format('%I bypassrls', rolname), '', format('alter role %I nobypassrls', rolname), null
    from ours
    where rolbypassrls
    union all
    select 'setting', concat_ws(' ', format('%I', o.rolname), 'in ' || quote_ident(d.datname), split_part(c, '=', 1)),
        c, concat_ws(' ', format('alter role %I', o.rolname), 'in database ' || quote_ident(d.datname),
                     format('reset %I', split_part(c, '=', 1))),
        concat_ws(' ', format('alter role %I', o.rolname), 'in database ' || quote_ident(d.datname),
                  format('set %I = %L', split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)))
    from pg_catalog.pg_db_role_setting s
    inner join ours o on o.oid = s.setrole
    left join pg_catalog.pg_database d on d.oid = s.setdatabase
    cross join unnest(s.setconfig) as c
    where s.setdatabase = 0 or d.datname = current_database()
    union all
    select 'member', format('%I of %I', o.rolname, r.rolname), '', format('revoke %I from %I', r.rolname, o.rolname),
        null
    from pg_catalog.pg_auth_members m
    inner join ours o on o.oid = m.member
    inner join pg_catalog.pg_roles r on r.oid = m.roleid
    union all
    select 'grant', format('%s on %s to %I', a.privilege_type, a.object, o.rolname), '',
        format('revoke %s on %s from %I', a.privilege_type, a.object, o.rolname), null
    from acls a
    inner join ours o on o.oid = a.grantee
    where not a.inside
    union all
    select 'acl', concat_ws(' ', a.privilege_type, a.object, coalesce(r.rolname, 'public')), a.is_grantable::text, null, null
    from acls a
    left join pg_catalog.pg_roles r on r.oid = a.grantee
    where a.inside
    union all
    select 'policy', format('%I.%I', p.schemaname, p.tablename) || ' ' || p.policyname,
        concat_ws('|', p.permissive, p.roles::text, p.cmd, p.qual, p.with_check), null, null
    from pg_catalog.pg_policies p
    where p.schemaname = 'vigie'
    union all
    select 'function', p.oid::regprocedure::text,
        md5(concat_ws('|', p.prosrc, p.prosecdef, p.provolatile, p.proconfig, p.prosqlbody)), null, null
    from pg_catalog.pg_proc p
    where p.pronamespace = (select oid from pg_catalog.pg_namespace where nspname = 'vigie')
    union all
    select 'source', r.source, '', null, null from vigie.role_source r
    union all
    select 'object', format('%I.%I', w.nspname, w.relname),
        md5(concat_ws('|', w.relkind, w.reloptions, w.relowner, w.relacl, obj_description(w.oid, 'pg_class'),
            case when w.relkind = 'v' then pg_get_viewdef(w.oid) end,
            (select string_agg(pg_get_triggerdef(t.oid), '|' order by t.tgname)
             from pg_catalog.pg_trigger t where t.tgrelid = w.oid))), null, null
    from watched w
) as fact
order by kind, name, detail
