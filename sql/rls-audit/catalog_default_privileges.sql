-- What future objects will be granted.
select coalesce(jsonb_agg(jsonb_build_object(
    'owner', pg_get_userbyid(d.defaclrole),
    'schema', n.nspname,
    'kind', case d.defaclobjtype when 'r' then 'table' when 'S' then 'sequence' when 'f' then 'function'
                                 when 'T' then 'type' else 'schema' end,
    'grants', (
        select coalesce(jsonb_agg(jsonb_build_object(
            'grantee', case when a.grantee <> 0 then pg_get_userbyid(a.grantee) end,
            'privilege', a.privilege_type, 'grantable', a.is_grantable)
            order by pg_get_userbyid(a.grantee) collate "C", a.privilege_type collate "C"), '[]')
        from aclexplode(d.defaclacl) a)
) order by pg_get_userbyid(d.defaclrole) collate "C", n.nspname collate "C", d.defaclobjtype), '[]')::text as "default_privileges!"
from pg_catalog.pg_default_acl d
left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
where d.defaclobjtype in ('r', 'S', 'f', 'T', 'n')
