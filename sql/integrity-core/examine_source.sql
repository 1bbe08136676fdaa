-- Which of the relations that decide about people's roles ($1, by oid) a signed-in or an anonymous caller could write,
-- as far as privileges and Row Level Security tell. Of a column, only where its name stands in the source ($2), or the
-- relation is read through a view ($3: whether the source names it itself). A view with its owner's rights knows no
-- policy of the caller's.
with sources as (
    select c.oid, n.nspname, c.relname, c.relkind, c.relrowsecurity, w.direct
    from unnest($1::bigint[], $3::boolean[]) as w (oid, direct)
    inner join pg_catalog.pg_class c on c.oid = w.oid::oid
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f')
       or (c.relkind = 'v' and pg_relation_is_updatable(c.oid, true) & 28 > 0)
),
callers as (
    select r.oid, r.rolname
    from pg_catalog.pg_roles r
    where r.rolname in ('authenticated', 'anon')
),
writes as (
    select s.*, r.oid as role, r.rolname, v.privilege, v.command, null::text as attname
    from sources s
    cross join callers r
    cross join (values ('INSERT', 'a'), ('UPDATE', 'w'), ('DELETE', 'd'), ('TRUNCATE', null)) as v (privilege, command)
    where has_table_privilege(r.oid, s.oid, v.privilege)
    union all
    select s.*, r.oid, r.rolname, v.privilege, v.command, t.attname
    from sources s
    cross join callers r
    cross join (values ('INSERT', 'a'), ('UPDATE', 'w')) as v (privilege, command)
    inner join pg_catalog.pg_attribute t on t.attrelid = s.oid and t.attnum > 0 and not t.attisdropped
    where not has_table_privilege(r.oid, s.oid, v.privilege)
      and has_column_privilege(r.oid, s.oid, t.attnum, v.privilege)
      and (not s.direct or strpos($2::text, '*') > 0 or strpos(lower($2::text), lower(t.attname)) > 0)
)
select
    format('%I.%I', w.nspname, w.relname) as "relation!",
    w.rolname::text as "role!",
    w.privilege || coalesce(' (' || w.attname || ')', '') as "privilege!",
    format('revoke %s%s on %I.%I from %I', lower(w.privilege), coalesce(' (' || quote_ident(w.attname) || ')', ''),
           w.nspname, w.relname, w.rolname)
        || case when exists (
               select from pg_catalog.pg_class c, aclexplode(c.relacl) a
               where c.oid = w.oid and a.grantee = 0 and a.privilege_type = w.privilege
           ) then ', public' else '' end as "remedy!"
from writes w
where has_schema_privilege(w.role, w.nspname, 'USAGE')
  and (
      not w.relrowsecurity
      -- no policy holds TRUNCATE back
      or w.command is null
      or exists (select from pg_catalog.pg_roles r where r.oid = w.role and (r.rolbypassrls or r.rolsuper))
      or exists (
          select
          from pg_catalog.pg_policy p
          where p.polrelid = w.oid and p.polpermissive and p.polcmd in ('*', w.command::"char")
            and exists (
                select from unnest(p.polroles) as q (role)
                where q.role = 0 or pg_has_role(w.role, q.role, 'usage')
            )
      )
  )
order by 1, 2, 3
