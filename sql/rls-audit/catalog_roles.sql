-- Every role.
select coalesce(jsonb_agg(jsonb_build_object(
    'name', r.rolname,
    'is_superuser', r.rolsuper,
    'bypasses_rls', r.rolbypassrls,
    'inherits', r.rolinherit,
    'can_login', r.rolcanlogin
) order by r.rolname collate "C"), '[]')::text as "roles!"
from pg_catalog.pg_roles r
