-- Schemas that are not the system's own.
select coalesce(jsonb_agg(jsonb_build_object(
    'name', n.nspname,
    'owner', pg_get_userbyid(n.nspowner),
    'extension', (select e.extname from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid = d.refobjid
                  where d.classid = 'pg_catalog.pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e'),
    'grants', (
        select coalesce(jsonb_agg(jsonb_build_object(
            'grantee', case when a.grantee <> 0 then pg_get_userbyid(a.grantee) end,
            'privilege', a.privilege_type, 'grantable', a.is_grantable)
            order by pg_get_userbyid(a.grantee) collate "C", a.privilege_type collate "C"), '[]')
        from aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a)
) order by n.nspname collate "C"), '[]')::text as "schemas!"
from pg_catalog.pg_namespace n
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
