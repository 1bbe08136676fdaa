-- What a login ($1) could change, though it should only read: relation by relation.
select
    format('%I.%I', n.nspname, c.relname) as "relation!",
    string_agg(p.privilege, ', ' order by p.privilege) as "privileges!"
from pg_catalog.pg_class c
inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) as p (privilege)
where c.relkind in ('r', 'p', 'v', 'f')
  and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname not like 'pg\_%'
  and has_schema_privilege($1::text, n.oid, 'USAGE')
  and (
      has_table_privilege($1::text, c.oid, p.privilege)
      or (p.privilege in ('INSERT', 'UPDATE') and has_any_column_privilege($1::text, c.oid, p.privilege))
  )
group by n.nspname, c.relname
order by n.nspname collate "C", c.relname collate "C"
