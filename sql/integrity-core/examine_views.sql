-- The views for clients that know them, or what else has their names: whether they are Vigie's, whose rights they use,
-- and what they say of themselves.
select
    c.relname::text as "name!",
    coalesce(obj_description(c.oid, 'pg_class'), '') as "comment!",
    c.relkind = 'v' and coalesce(obj_description(c.oid, 'pg_class'), '') like 'Vigie: %' as "is_ours!",
    exists (
        select from pg_options_to_table(c.reloptions) as o
        where o.option_name = 'security_invoker' and o.option_value::boolean
    ) as "is_invoker!"
from pg_catalog.pg_class c
inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relname in ('system_alerts', 'v_integrity_checks') and c.relkind in ('v', 'm', 'r', 'p', 'f')
order by c.relname
