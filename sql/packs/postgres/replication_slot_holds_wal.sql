/*+++
code     = "REPLICATION_SLOT_HOLDS_WAL"
format   = 1
# WARN for a slot that nobody reads, CRITICAL above critical_bytes, read or not: what a slot holds is never removed, and
# a full disk stops the server.
severity = "WARN"
entity   = "REPLICATION_SLOT"
title    = { fr = "Slot de réplication qui retient du WAL", en = "Replication slot that holds WAL" }
message  = { fr = "Le slot de réplication {{ entity_label }} retient au moins {{ payload.at_least }} de WAL, que le serveur ne peut pas supprimer. Rebrancher son consommateur, ou supprimer le slot s'il n'en a plus : le disque se remplit.", en = "Replication slot {{ entity_label }} holds at least {{ payload.at_least }} of WAL that the server may not remove. Bring its consumer back, or drop the slot if it has none any more: the disk is filling up." }
runbook  = "postgres#replication_slot_holds_wal"
every    = "5m"
timeout  = "5s"
max_rows = 500
resolve_after = 2
volatile = ["held_bytes"]
[accept]
key = "at_least_bytes"
worse = "up"
tolerance = "0%"
[params.warn_bytes]
type = "bigint"
default = 1073741824
min = 0
[params.critical_bytes]
type = "bigint"
default = 10737418240
min = 0
+++*/
-- Every slot of the server: they all fill the same disk. Not on a standby, where the WAL that is written cannot be asked
-- for: the check fails there, openly.
with held as (
    select
        s.slot_name,
        s.slot_type,
        s.database,
        s.active,
        pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn) as bytes
    from pg_catalog.pg_replication_slots as s
    -- A slot that was given up holds nothing, though it may still say since when (from PostgreSQL 16).
    where s.wal_status is distinct from 'lost'
),
steps as (
    -- Rounded down to a power of two: that it doubled is news, another segment is not.
    select h.*, trunc(2 ^ floor(log(2, greatest(h.bytes, 1)))) as at_least
    from held as h
)
select
    h.slot_name as entity_id,
    h.slot_name as entity_label,
    case when h.bytes > :critical_bytes then 'CRITICAL' else 'WARN' end as severity,
    jsonb_build_object(
        'slot',           h.slot_name,
        'type',           h.slot_type,
        'database',       h.database,
        'active',         h.active,
        'at_least',       pg_size_pretty(h.at_least),
        'at_least_bytes', h.at_least,
        'held_bytes',     h.bytes
    ) as payload
from steps as h
where h.bytes > :critical_bytes
   or (not h.active and h.bytes > :warn_bytes)
