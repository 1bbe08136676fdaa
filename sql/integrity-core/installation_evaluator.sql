-- Whether the login that evaluates checks sees every row of every table, and whether it could become somebody else.
select
    r.rolbypassrls or r.rolsuper as "bypasses_rls!",
    array(
        select g.rolname::text
        from pg_catalog.pg_auth_members m
        inner join pg_catalog.pg_roles g on g.oid = m.roleid
        where m.member = r.oid
        order by 1
    ) as "member_of!"
from pg_catalog.pg_roles r
where r.rolname = 'vigie_eval'
