/*+++
code     = "CONSTRAINT_NOT_VALID"
format   = 1
# WARN: new rows obey the rule, older ones may already break it, and whoever reads the schema believes otherwise.
severity = "WARN"
entity   = "CONSTRAINT"
title    = { fr = "Contrainte jamais validée (NOT VALID)", en = "Constraint left NOT VALID" }
message  = { fr = "La contrainte {{ payload.constraint }} de {{ payload.on }} n'est pas validée : des lignes existantes peuvent l'enfreindre sans que rien ne le dise. Chercher ces lignes, les corriger, puis VALIDATE CONSTRAINT.", en = "Constraint {{ payload.constraint }} of {{ payload.on }} is not validated: existing rows may break it and nothing would say so. Find them, correct them, then VALIDATE CONSTRAINT." }
runbook  = "postgres#constraint_not_valid"
every    = "1h"
timeout  = "10s"
max_rows = 500
resolve_after = 2
+++*/
select
    format('%I.%I.%I', n.nspname, coalesce(t.relname, d.typname), c.conname) as entity_id,
    format('%I.%I.%I', n.nspname, coalesce(t.relname, d.typname), c.conname) as entity_label,
    jsonb_build_object(
        'schema',     n.nspname,
        -- A table or, for the rule of a domain, that domain.
        'on',         coalesce(t.relname, d.typname),
        'constraint', c.conname,
        'definition', left(pg_get_constraintdef(c.oid), 1000)
    ) as payload
from pg_catalog.pg_constraint as c
inner join pg_catalog.pg_namespace as n on n.oid = c.connamespace
left join pg_catalog.pg_class as t on t.oid = c.conrelid
left join pg_catalog.pg_type as d on d.oid = c.contypid
-- Also true of NOT ENFORCED (PostgreSQL 18), which promises less still: accept it where it is meant.
where not c.convalidated
  -- A partition or child that only inherits the rule: validating the parent's validates its own.
  and c.conislocal
  and t.relpersistence is distinct from 't'
