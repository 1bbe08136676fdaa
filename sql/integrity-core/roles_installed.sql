-- Whether roles.sql has been run in this database: the roles are there, and the service was let into the schema.
select
    (
        select count(*) = 4
        from pg_catalog.pg_roles
        where rolname in ('authenticated', 'vigie_sync', 'vigie_api', 'vigie_eval')
    )
    and exists (
        select
        from pg_catalog.pg_namespace n, aclexplode(n.nspacl) a
        inner join pg_catalog.pg_roles r on r.oid = a.grantee
        where n.nspname = 'vigie' and r.rolname = 'vigie_sync'
    ) as "is_installed!"
