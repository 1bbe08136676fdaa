-- Functions that change what they like with their owners' rights, and that a login ($1) may call.
select format('%I.%I', n.nspname, p.proname) as "name!"
from pg_catalog.pg_proc p
inner join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where p.prosecdef and p.provolatile = 'v'
  -- those nobody calls
  and p.prorettype not in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
  and n.nspname not in ('pg_catalog', 'information_schema')
  and has_schema_privilege($1::text, n.oid, 'USAGE')
  and has_function_privilege($1::text, p.oid, 'EXECUTE')
group by n.nspname, p.proname
order by n.nspname collate "C", p.proname collate "C"
