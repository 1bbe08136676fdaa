/*+++
code     = "INDEX_INVALID"
format   = 1
# WARN: answers stay right, but each write pays for an index that no query may use, and a UNIQUE one does not vouch
# for the rows it was built over.
severity = "WARN"
entity   = "INDEX"
title    = { fr = "Index invalide", en = "Invalid index" }
message  = { fr = "L'index {{ entity_label }} de la table {{ payload.table }} est invalide : aucune requête ne s'en sert, chaque écriture le paie. Sa construction a échoué ou n'a pas été achevée : le reconstruire ou le supprimer.", en = "Index {{ entity_label }} of table {{ payload.table }} is invalid: no query uses it, every write pays for it. Building it failed or was never finished: rebuild it or drop it." }
runbook  = "postgres#index_invalid"
every    = "15m"
timeout  = "10s"
max_rows = 500
resolve_after = 2
+++*/
select
    format('%I.%I', n.nspname, c.relname) as entity_id,
    format('%I.%I', n.nspname, c.relname) as entity_label,
    jsonb_build_object(
        'schema',      n.nspname,
        'table',       t.relname,
        'index',       c.relname,
        'unique',      i.indisunique,
        -- Created ON ONLY the parent: it becomes valid once each partition has its index attached.
        'partitioned', c.relkind = 'I'
    ) as payload
from pg_catalog.pg_index as i
inner join pg_catalog.pg_class as c on c.oid = i.indexrelid
inner join pg_catalog.pg_class as t on t.oid = i.indrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where not i.indisvalid
  and c.relpersistence <> 't'
  -- An index is invalid as well while somebody works on it CONCURRENTLY, which may take hours. Locks and the pids of
  -- builders are shown to every login; which index is being built is not, so that any builder on the same table counts.
  -- DROP and REINDEX hold this lock on the index itself (VACUUM holds a weaker one) …
  and not exists (
      select from pg_catalog.pg_locks as l
      where l.relation = i.indexrelid
        and l.mode = 'ShareUpdateExclusiveLock'
        and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
  )
  -- … CREATE holds it on the table, where VACUUM does too.
  and not exists (
      select from pg_catalog.pg_locks as l
      inner join pg_catalog.pg_stat_progress_create_index as b on b.pid = l.pid
      where l.relation = i.indrelid
        and b.datname = current_database()
  )
