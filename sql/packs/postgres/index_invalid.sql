/*+++
code     = "INDEX_INVALID"
format   = 1
# WARN: answers stay right, but each write pays for an index that no query may use, and a UNIQUE one does not vouch
# for the rows it was built over.
# INFO while somebody builds an index of the same table and this login is not shown which.
severity = "WARN"
entity   = "INDEX"
title    = { fr = "Index invalide", en = "Invalid index" }
message  = { fr = "L'index {{ entity_label }} de la table {{ payload.table }} est invalide : aucune requête ne s'en sert, chaque écriture le paie. Sa construction a échoué ou n'a pas été achevée : le reconstruire ou le supprimer.", en = "Index {{ entity_label }} of table {{ payload.table }} is invalid: no query uses it, every write pays for it. Building it failed or was never finished: rebuild it or drop it." }
runbook  = "postgres#index_invalid"
every    = "15m"
timeout  = "10s"
max_rows = 500
resolve_after = 2
volatile = ["being_worked_on"]
+++*/
select
    format('%I.%I', n.nspname, c.relname) as entity_id,
    format('%I.%I', n.nspname, c.relname) as entity_label,
    case when w.perhaps then 'INFO' else 'WARN' end as severity,
    case
        when w.perhaps
        then format(
            'Index %I.%I of table %s is invalid: either it is being built right now, or another index of the table is and this one was left over. Which, is shown to members of pg_read_all_stats.',
            n.nspname, c.relname, t.relname
        )
    end as message,
    jsonb_build_object(
        'schema',          n.nspname,
        'table',           t.relname,
        'index',           c.relname,
        'unique',          i.indisunique,
        -- Created ON ONLY the parent: it becomes valid once each partition has its index attached.
        'partitioned',     c.relkind = 'I',
        -- Perhaps; what is worked on for certain is no row.
        'being_worked_on', w.perhaps
    ) as payload
from pg_catalog.pg_index as i
inner join pg_catalog.pg_class as c on c.oid = i.indexrelid
inner join pg_catalog.pg_class as t on t.oid = i.indrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
cross join lateral (
    -- Who builds an index CONCURRENTLY, which may take hours, holds a lock on the table all the time, and VACUUM does
    -- too. Locks and the pids of builders are shown to every login; which index it is (index_relid) only to its own
    -- role and to members of pg_read_all_stats.
    select
        exists (
            select from pg_catalog.pg_stat_progress_create_index as b
            where b.datname = current_database()
              and b.index_relid = i.indexrelid
        ) as certain,
        -- 0 for the moment between the index and the word about it.
        exists (
            select from pg_catalog.pg_stat_progress_create_index as b
            inner join pg_catalog.pg_locks as l on l.pid = b.pid
            where b.datname = current_database()
              and coalesce(b.index_relid, 0) = 0
              and l.relation = i.indrelid
        ) as perhaps
) as w
where not i.indisvalid
  and c.relpersistence <> 't'
  -- Only what is certain hides an index: somebody else's work on the same table must not clear its alert.
  and not w.certain
  -- DROP and REINDEX hold this lock on the index itself; VACUUM holds a weaker one.
  and not exists (
      select from pg_catalog.pg_locks as l
      where l.relation = i.indexrelid
        and l.mode = 'ShareUpdateExclusiveLock'
        and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
  )
