-- Which of these relations (schema.relation, as the catalogs write them) are not there.
select wanted.name as "name!"
from unnest($1::text[]) as wanted (name)
where not exists (
    select
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = split_part(wanted.name, '.', 1)
      and c.relname = split_part(wanted.name, '.', 2)
      and c.relkind in ('r', 'p', 'v', 'm', 'f')
)
order by wanted.name collate "C"
