-- What outlives transactions and databases, so that a case can leave it to the next one, each with the statement that
-- takes it away. Sent through the simple protocol.
select 'prepared transaction ' || gid, format('rollback prepared %L', gid) from pg_catalog.pg_prepared_xacts
union all
select 'replication slot ' || slot_name, format('select pg_catalog.pg_drop_replication_slot(%L)', slot_name)
from pg_catalog.pg_replication_slots
union all
select 'role ' || rolname, format('drop owned by %1$I; drop role %1$I', rolname) from pg_catalog.pg_roles
union all
select 'tablespace ' || spcname, format('drop tablespace %I', spcname) from pg_catalog.pg_tablespace
union all
select distinct 'setting ' || name, format('alter system reset %I', name)
from pg_catalog.pg_file_settings
where sourcefile like '%postgresql.auto.conf'
order by 1
