/*+++
code     = "XID_AGE"
format   = 1
# WARN when autovacuum falls behind, and CRITICAL above critical_pct of what the counter can hold: at its end the
# server refuses every write, in all of its databases.
severity = "WARN"
entity   = "DATABASE"
title    = { fr = "Identifiants de transaction trop âgés", en = "Transaction ids too old" }
message  = { fr = "Base {{ payload.database }} : le compteur {{ payload.counter }} a parcouru {{ payload.used_pct }} % de ce qu'il peut contenir sans que VACUUM ait gelé les anciennes lignes. À 100 %, le serveur refuse toute écriture. Chercher ce qui retient VACUUM.", en = "Database {{ payload.database }}: the {{ payload.counter }} counter has gone {{ payload.used_pct }} % of what it can hold and VACUUM has not frozen the old rows. At 100 % the server refuses every write. Find what holds VACUUM back." }
runbook  = "postgres#xid_age"
every    = "15m"
timeout  = "10s"
max_rows = 500
resolve_after = 2
volatile = ["age"]
[accept]
key = "used_pct"
worse = "up"
tolerance = "10%"
# Autovacuum begins at autovacuum_freeze_max_age; at this many times it, it does not keep up.
[params.late_factor]
type = "numeric"
default = 2
min = 1
max = 1000
# Of 2^31, whatever the settings say.
[params.warn_pct]
type = "numeric"
default = 50
min = 0
max = 100
# At about this age VACUUM itself gives up being considerate (vacuum_failsafe_age).
[params.critical_pct]
type = "numeric"
default = 75
min = 0
max = 100
+++*/
-- Every database of the server: the oldest of them stops them all.
with ages as (
    select
        d.datname,
        'xid' as counter,
        age(d.datfrozenxid)::bigint as age,
        current_setting('autovacuum_freeze_max_age')::bigint as freeze_at
    from pg_catalog.pg_database as d

    union all

    select
        d.datname,
        'multixact',
        mxid_age(d.datminmxid)::bigint,
        current_setting('autovacuum_multixact_freeze_max_age')::bigint
    from pg_catalog.pg_database as d
)
select
    concat(a.datname, '/', a.counter) as entity_id,
    concat(a.datname, ' (', a.counter, ')') as entity_label,
    case when 100 * a.age > :critical_pct * 2147483648 then 'CRITICAL' else 'WARN' end as severity,
    jsonb_build_object(
        'database',  a.datname,
        'counter',   a.counter,
        'freeze_at', a.freeze_at,
        -- Whole percents: a step is news, a single transaction is not.
        'used_pct',  100 * a.age / 2147483648,
        'age',       a.age
    ) as payload
from ages as a
where a.age > :late_factor * a.freeze_at
   or 100 * a.age > :warn_pct * 2147483648
