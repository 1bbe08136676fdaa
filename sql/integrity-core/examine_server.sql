-- The server, and who asks: read from the catalogs alone, which everybody may read whatever else is missing.
with schema as (
    select n.oid, n.nspowner from pg_catalog.pg_namespace n where n.nspname = 'vigie'
),
alerts as (
    select c.oid, c.relowner
    from pg_catalog.pg_class c
    inner join schema s on s.oid = c.relnamespace
    where c.relname = 'alerts'
)
select
    current_setting('server_version_num')::integer as "version!",
    current_setting('server_version') as "version_text!",
    clock_timestamp() as "now!",
    pg_is_in_recovery() as "is_replica!",
    pg_postmaster_start_time() as "started_at!",
    current_database()::text as "database!",
    current_user::text as "login!",
    r.rolsuper as "is_superuser!",
    r.rolbypassrls or r.rolsuper as "bypasses_rls!",
    exists (select from schema) as "has_schema!",
    exists (select from schema s where pg_has_role(s.nspowner, 'usage')) as "owns_schema!",
    -- what applying evaluations takes, Row Level Security included
    exists (
        select from alerts a
        where has_schema_privilege((select s.oid from schema s), 'USAGE')
          and has_table_privilege(a.oid, 'INSERT') and has_table_privilege(a.oid, 'UPDATE')
          and (r.rolsuper or r.rolbypassrls or pg_has_role(a.relowner, 'usage')
               or exists (select from pg_catalog.pg_roles y
                          where y.rolname = 'vigie_sync' and pg_has_role(y.oid, 'usage')))
    ) as "may_sync!",
    exists (
        select from pg_catalog.pg_roles y
        where y.rolname = 'authenticated' and pg_has_role(y.oid, 'member')
    ) as "may_serve_people!"
from pg_catalog.pg_roles r
where r.rolname = current_user
