-- Views ($1, by oid) whose text names what a person writes about themselves.
select format('%I.%I', n.nspname, c.relname) as "view!"
from pg_catalog.pg_class c
inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.oid = any ($1::bigint[]::oid[]) and c.relkind = 'v' and pg_get_viewdef(c.oid) ~* 'user_meta_?data'
order by 1
