-- Where people's roles come from, and the body of the function that says so.
select s.source as "source!", p.prosrc as "body!"
from vigie.role_source s, pg_catalog.pg_proc p
where p.oid = 'vigie.actor_role()'::regprocedure
