-- Who may put objects into the schema public, which checks find by name after the server's own.
select s.name as "name!"
from (
    select 'public' as name
    union all
    select r.rolname from pg_catalog.pg_roles r where r.rolname in ('anon', 'authenticated') and not r.rolsuper
) as s
inner join pg_catalog.pg_namespace n on n.nspname = 'public'
where has_schema_privilege(s.name, n.oid, 'CREATE')
  -- what everybody has, nobody is told of twice
  and (s.name = 'public' or not has_schema_privilege('public', n.oid, 'CREATE'))
order by s.name
