-- Which of these columns (schema.relation.column, as the catalogs write them) are there.
select wanted.name as "name!"
from unnest($1::text[]) as wanted (name)
where exists (
    select
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on c.oid = a.attrelid
    inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = split_part(wanted.name, '.', 1)
      and c.relname = split_part(wanted.name, '.', 2)
      and a.attname = split_part(wanted.name, '.', 3)
      and a.attnum > 0
      and not a.attisdropped
)
