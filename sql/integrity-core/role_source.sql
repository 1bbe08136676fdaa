-- Where people's roles come from, the body of the function that says so, and whether the rest of that function and the
-- one that says who is signed in are as they were made ($1: the body of the latter).
select
    s.source as "source!", p.prosrc as "body!",
    p.prosecdef and p.proconfig is not distinct from '{"search_path=pg_catalog, pg_temp"}'
        and p.proowner = (select c.relowner from pg_catalog.pg_class c where c.oid = 'vigie.members'::regclass) as "is_definer!",
    a.prosrc = $1::text and a.proowner = p.proowner as "knows_actor!"
from vigie.role_source s, pg_catalog.pg_proc p, pg_catalog.pg_proc a
where p.oid = 'vigie.actor_role()'::regprocedure and a.oid = 'vigie.actor_id()'::regprocedure
