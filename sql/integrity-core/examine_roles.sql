-- The roles that Vigie knows, as they are in this server.
select
    w.name as "name!",
    r.oid is not null as "exists!",
    coalesce(r.rolcanlogin, false) as "may_log_in!",
    coalesce(r.rolsuper, false) as "is_superuser!",
    coalesce(r.rolbypassrls, false) as "bypasses_rls!",
    coalesce(r.rolcreaterole, false) as "creates_roles!",
    coalesce(r.rolcreatedb or r.rolreplication, false) as "creates_databases_or_replicates!",
    array(
        select g.rolname::text
        from pg_catalog.pg_auth_members m
        inner join pg_catalog.pg_roles g on g.oid = m.roleid
        where m.member = r.oid
        order by g.rolname
    ) as "member_of!"
from unnest('{vigie_sync,vigie_api,vigie_eval,authenticated,anon}'::text[]) with ordinality as w (name, place)
left join pg_catalog.pg_roles r on r.rolname = w.name
order by w.place
