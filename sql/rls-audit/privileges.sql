-- What whoever asks may do with each relation, and whether policies apply to them. Columns are listed where something is
-- granted on columns alone.
select coalesce(jsonb_agg(jsonb_build_object(
    'relation', jsonb_build_object('schema', n.nspname, 'name', c.relname),
    'is_open', has_schema_privilege(n.oid, 'USAGE'),
    'select', has_any_column_privilege(c.oid, 'SELECT'),
    'insert', has_any_column_privilege(c.oid, 'INSERT'),
    'update', has_any_column_privilege(c.oid, 'UPDATE'),
    'delete', has_table_privilege(c.oid, 'DELETE'),
    'insert_columns', case when not has_table_privilege(c.oid, 'INSERT') and has_any_column_privilege(c.oid, 'INSERT') then (
        select jsonb_agg(a.attname) from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          and has_column_privilege(c.oid, a.attnum, 'INSERT')) end,
    'update_columns', case when not has_table_privilege(c.oid, 'UPDATE') and has_any_column_privilege(c.oid, 'UPDATE') then (
        select jsonb_agg(a.attname) from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          and has_column_privilege(c.oid, a.attnum, 'UPDATE')) end,
    'policies_apply', row_security_active(c.oid)
) order by n.nspname collate "C", c.relname collate "C"), '[]')::text as "privileges!"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
