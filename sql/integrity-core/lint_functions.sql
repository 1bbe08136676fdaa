-- Which of these functions (name, or schema.name) people have made and are volatile, whatever their arguments: all of
-- a name, since one that only reads may be meant.
select n.nspname || '.' || p.proname as "name!"
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where n.nspname not in ('pg_catalog', 'information_schema')
  and (
      n.nspname || '.' || p.proname = any ($1::text[])
      or (p.proname = any ($1::text[]) and pg_catalog.pg_function_is_visible(p.oid))
  )
group by n.nspname, p.proname
having bool_and(p.provolatile = 'v')
order by 1
