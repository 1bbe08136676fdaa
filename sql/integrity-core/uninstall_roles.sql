-- The roles that installations use, and whether one in any database of the server made them: their comment says so. The
-- one of signed-in people counts as made where this database's own list says it, since others build on it.
select
    r.rolname as "name!",
    r.rolname <> 'authenticated'
    and coalesce(shobj_description(r.oid, 'pg_authid'), '') like 'Vigie: %' as "is_ours!",
    format('drop role %I', r.rolname) as "undo!"
from pg_catalog.pg_roles r
where r.rolname in ('vigie_sync', 'vigie_api', 'vigie_eval', 'vigie_ingest', 'vigie_access_reader', 'authenticated')
order by r.rolname = 'authenticated', r.rolname desc
