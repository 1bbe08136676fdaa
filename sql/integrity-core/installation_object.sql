-- What stands under a name (schema.relation) outside the schema vigie, and whether it is Vigie's: its comment says so.
select
    c.relkind = 'v' and coalesce(obj_description(c.oid, 'pg_class'), '') like 'Vigie: %' as "is_ours!"
from pg_catalog.pg_class c
inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = split_part($1::text, '.', 1) and c.relname = split_part($1::text, '.', 2)
