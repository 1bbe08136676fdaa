-- Every view that people have made, as PostgreSQL writes it down.
select
    n.nspname::text as "schema!",
    c.relname::text as "name!",
    pg_catalog.pg_get_viewdef(c.oid) as "definition!",
    array(
        select a.attname::text
        from pg_catalog.pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        order by a.attnum
    ) as "columns!"
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('v', 'm')
  and n.nspname <> 'information_schema'
  and n.nspname not like 'pg\_%'
order by n.nspname collate "C", c.relname collate "C"
