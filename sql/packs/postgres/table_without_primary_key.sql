/*+++
code     = "TABLE_WITHOUT_PRIMARY_KEY"
format   = 1
# INFO: nothing is wrong yet. But nothing forbids the same row twice, no row can be named, and logical replication
# refuses UPDATE and DELETE.
severity = "INFO"
entity   = "TABLE"
title    = { fr = "Table sans clé primaire", en = "Table without a primary key" }
message  = { fr = "La table {{ entity_label }} n'a pas de clé primaire : la même ligne peut y être deux fois, et aucune ne peut être désignée avec certitude.", en = "Table {{ entity_label }} has no primary key: the same row may be there twice, and no row can be named for certain." }
runbook  = "postgres#table_without_primary_key"
every    = "1h"
timeout  = "10s"
# An old application may have thousands, and all of them are wanted: what is cut short clears no alert.
max_rows = 50000
resolve_after = 2
# Schemas whose tables are somebody else's business, with commas between: "auth,storage".
[params.except_schemas]
type = "text"
default = ""
+++*/
select
    format('%I.%I', n.nspname, c.relname) as entity_id,
    format('%I.%I', n.nspname, c.relname) as entity_label,
    jsonb_build_object(
        'schema',      n.nspname,
        'table',       c.relname,
        'partitioned', c.relkind = 'p'
    ) as payload
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p')
  and c.relpersistence <> 't'
  -- Of a partition its parent tells.
  and not c.relispartition
  and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname <> all (string_to_array(:except_schemas, ','))
  and not exists (
      select from pg_catalog.pg_index as i
      where i.indrelid = c.oid
        and i.indisprimary
  )
  -- What an extension made is not the owner's to change.
  and not exists (
      select from pg_catalog.pg_depend as e
      where e.classid = 'pg_catalog.pg_class'::regclass
        and e.objid = c.oid
        and e.deptype = 'e'
  )
