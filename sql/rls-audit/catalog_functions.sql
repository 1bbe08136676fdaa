-- Functions and procedures; those of extensions only where they run as their owner.
select coalesce(jsonb_agg(jsonb_build_object(
    'name', jsonb_build_object('schema', n.nspname, 'name', p.proname),
    'arguments', oidvectortypes(p.proargtypes),
    'returns', pg_get_function_result(p.oid),
    'kind', case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window' else 'function' end,
    'language', l.lanname,
    'owner', pg_get_userbyid(p.proowner),
    'security_definer', p.prosecdef,
    'volatility', case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
    'leakproof', p.proleakproof,
    'settings', coalesce(to_jsonb(p.proconfig), '[]'),
    'grants', (
        select coalesce(jsonb_agg(jsonb_build_object(
            'grantee', case when a.grantee <> 0 then pg_get_userbyid(a.grantee) end,
            'privilege', a.privilege_type, 'grantable', a.is_grantable)
            order by pg_get_userbyid(a.grantee) collate "C", a.privilege_type collate "C"), '[]')
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a),
    'body', case when l.lanname not in ('c', 'internal') then coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) end,
    'extension', e.extname
) order by n.nspname collate "C", p.proname collate "C", oidvectortypes(p.proargtypes) collate "C"), '[]')::text as "functions!"
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang
left join pg_catalog.pg_depend d
    on d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
left join pg_catalog.pg_extension e on e.oid = d.refobjid
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and (e.oid is null or p.prosecdef)
