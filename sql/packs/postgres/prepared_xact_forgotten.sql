/*+++
code     = "PREPARED_XACT_FORGOTTEN"
format   = 1
# CRITICAL: its data are neither saved nor given up, its locks stop others, VACUUM stands still behind it, and nothing,
# not even a restart, ends it by itself.
severity = "CRITICAL"
entity   = "PREPARED_XACT"
title    = { fr = "Transaction préparée oubliée", en = "Forgotten prepared transaction" }
message  = { fr = "La transaction préparée {{ entity_label }} (de {{ payload.owner }}) attend depuis le {{ payload.since }} UTC qu'on la valide ou l'annule. Elle garde ses verrous et retient VACUUM : demander à son gestionnaire de transactions, puis COMMIT PREPARED ou ROLLBACK PREPARED.", en = "Prepared transaction {{ entity_label }} (of {{ payload.owner }}) has waited since {{ payload.since }} UTC to be committed or rolled back. It keeps its locks and holds VACUUM back: ask its transaction manager, then COMMIT PREPARED or ROLLBACK PREPARED." }
runbook  = "postgres#prepared_xact_forgotten"
every    = "5m"
timeout  = "5s"
max_rows = 500
resolve_after = 2
volatile = ["age_h"]
[params.max_age]
type = "interval"
default = "1 hour"
min = "0 seconds"
+++*/
select
    p.gid as entity_id,
    p.gid as entity_label,
    jsonb_build_object(
        'gid',   p.gid,
        'owner', p.owner,
        'since', to_char(p.prepared at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
        'age_h', floor(extract(epoch from :as_of - p.prepared) / 3600)
    ) as payload,
    p.prepared as occurred_at
from pg_catalog.pg_prepared_xacts as p
-- Those of other databases hold locks and VACUUM back there only; XID_AGE tells when they endanger the server.
where p.database = current_database()
  and p.prepared < :as_of - :max_age
