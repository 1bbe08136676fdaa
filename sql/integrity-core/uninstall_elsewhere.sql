-- In which other databases of the server a role still has something, or owns it.
select r.rolname as "role!", d.datname as "database!"
from pg_catalog.pg_roles r
inner join pg_catalog.pg_shdepend s on s.refclassid = 'pg_catalog.pg_authid'::regclass and s.refobjid = r.oid
inner join pg_catalog.pg_database d
    on d.oid = case when s.classid = 'pg_catalog.pg_database'::regclass then s.objid else s.dbid end
where r.rolname = any($1::text[]) and d.datname <> current_database()
group by r.rolname, d.datname
order by r.rolname, d.datname
