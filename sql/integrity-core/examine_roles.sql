-- The roles that Vigie knows, as they are in this server, and every role that each of them is a member of, directly or
-- through another (`holders`: who has the membership itself). A superuser, whom nothing is refused, is not asked.
select
    w.name as "name!",
    r.oid is not null as "exists!",
    coalesce(r.rolcanlogin, false) as "may_log_in!",
    coalesce(r.rolsuper, false) as "is_superuser!",
    coalesce(r.rolbypassrls, false) as "bypasses_rls!",
    coalesce(r.rolcreaterole, false) as "creates_roles!",
    coalesce(r.rolcreatedb or r.rolreplication, false) as "creates_databases_or_replicates!",
    m.groups as "groups!",
    m.holders as "holders!",
    m.are_strong as "are_strong!"
from unnest('{vigie_sync,vigie_api,vigie_eval,vigie_ingest,vigie_access_reader,authenticated,anon}'::text[]) with ordinality as w (name, place)
left join pg_catalog.pg_roles r on r.rolname = w.name
cross join lateral (
    select
        coalesce(array_agg(x.name order by x.name, x.holder), '{}') as groups,
        coalesce(array_agg(x.holder order by x.name, x.holder), '{}') as holders,
        coalesce(array_agg(x.is_strong order by x.name, x.holder), '{}') as are_strong
    from (
        select distinct g.rolname::text as name, h.rolname::text as holder,
            g.rolsuper or g.rolbypassrls or g.rolcreaterole as is_strong
        from pg_catalog.pg_auth_members a
        inner join pg_catalog.pg_roles g on g.oid = a.roleid
        inner join pg_catalog.pg_roles h on h.oid = a.member
        where not r.rolsuper and g.oid <> r.oid and pg_has_role(r.oid, h.oid, 'member')
    ) as x
) as m
order by w.place
