-- Relations outside the schema vigie that read something in it, and would go with it.
select distinct format('%I.%I', n.nspname, c.relname) as "name!"
from pg_catalog.pg_depend d
inner join pg_catalog.pg_rewrite w on w.oid = d.objid
inner join pg_catalog.pg_class c on c.oid = w.ev_class
inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
inner join pg_catalog.pg_class used on used.oid = d.refobjid
where d.classid = 'pg_catalog.pg_rewrite'::regclass
  and d.refclassid = 'pg_catalog.pg_class'::regclass
  and used.relnamespace = to_regnamespace('vigie')
  and n.oid <> used.relnamespace
order by 1
