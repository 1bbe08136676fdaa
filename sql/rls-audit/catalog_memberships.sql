-- Who is a member of what. Since PostgreSQL 16 each membership says for itself what it gives; through jsonb, because 15 has
-- no such columns. One pair may stand there several times, by several grantors: it gives what any of them gives.
select coalesce(jsonb_agg(jsonb_build_object(
    'role', g.role, 'member', g.member, 'inherits', g.inherits, 'can_set', g.can_set, 'admin', g.admin
) order by g.role collate "C", g.member collate "C"), '[]')::text as "memberships!"
from (
    select role.rolname as role, member.rolname as member,
           bool_or(coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, member.rolinherit)) as inherits,
           bool_or(coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)) as can_set,
           bool_or(m.admin_option) as admin
    from pg_catalog.pg_auth_members m
    join pg_catalog.pg_roles role on role.oid = m.roleid
    join pg_catalog.pg_roles member on member.oid = m.member
    group by role.rolname, member.rolname
) g
