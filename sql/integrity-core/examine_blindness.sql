-- From whom of these roles ($2) Row Level Security hides rows of these tables ($1, by oid; the two go together), by the
-- server's own rule: neither superuser nor BYPASSRLS, nor owner of a table that does not force it on its owner.
select
    format('%I.%I', n.nspname, c.relname) as "relation!",
    r.rolname::text as "role!"
from unnest($1::bigint[], $2::text[]) as w (oid, role)
inner join pg_catalog.pg_class c on c.oid = w.oid::oid
inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
inner join pg_catalog.pg_roles r on r.rolname = w.role
where c.relrowsecurity
  and not (r.rolsuper or r.rolbypassrls)
  and (c.relforcerowsecurity or not pg_has_role(r.oid, c.relowner, 'usage'))
order by 1, 2
