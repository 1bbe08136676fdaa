-- What stands in public under the names of Vigie's views, and whether it is Vigie's: its comment says so.
select
    format('%I.%I', n.nspname, c.relname) as "name!",
    c.relkind = 'v' and coalesce(obj_description(c.oid, 'pg_class'), '') like 'Vigie: %' as "is_ours!"
from pg_catalog.pg_class c
inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relname in ('system_alerts', 'v_integrity_checks')
order by c.relname desc
