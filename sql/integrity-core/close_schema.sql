-- A host may give everything new to its own roles by default (`alter default privileges … grant all … to anon`). That
-- is taken away: after the migrations, and before roles.sql, which gives what Vigie gives to anybody.
do $$
declare
    stranger text;
begin
    for stranger in
        select case g.grantee when 0 then 'public' else format('%I', r.rolname) end
        from (
            select 0::oid as grantee
            union
            select oid from pg_catalog.pg_roles
            where rolname in ('anon', 'authenticated', 'service_role', 'vigie_sync', 'vigie_api', 'vigie_eval',
                              'vigie_ingest', 'vigie_access_reader')
            union
            select a.grantee from pg_catalog.pg_default_acl d, aclexplode(d.defaclacl) a
        ) as g
        left join pg_catalog.pg_roles r on r.oid = g.grantee
        where g.grantee = 0 or (r.oid is not null and r.oid not in (
            select n.nspowner from pg_catalog.pg_namespace n where n.nspname = 'vigie'
            union
            select c.relowner from pg_catalog.pg_class c where c.relnamespace = to_regnamespace('vigie')
            union
            select p.proowner from pg_catalog.pg_proc p where p.pronamespace = to_regnamespace('vigie')
        ))
    loop
        execute format('revoke all on schema vigie from %s', stranger);
        execute format('revoke all on all tables in schema vigie from %s', stranger);
        execute format('revoke all on all sequences in schema vigie from %s', stranger);
        execute format('revoke all on all routines in schema vigie from %s', stranger);
    end loop;
end
$$;
