/*+++
code     = "SEQUENCE_NEARLY_EXHAUSTED"
format   = 1
# WARN above max_pct, and CRITICAL above critical_pct: behind the last value every INSERT fails, and widening the column
# of a large table takes time that has to be found before. INFO for one that this login may not read.
severity = "WARN"
entity   = "SEQUENCE"
title    = { fr = "Séquence bientôt épuisée", en = "Sequence nearly exhausted" }
message  = { fr = "La séquence {{ entity_label }} a consommé {{ payload.used_pct }} % de ses valeurs (limite : {{ payload.limit }}). Au-delà, toute insertion échoue : élargir la colonne et la séquence avant.", en = "Sequence {{ entity_label }} has used up {{ payload.used_pct }} % of its values (limit: {{ payload.limit }}). Beyond it every insert fails: widen the column and the sequence before." }
runbook  = "postgres#sequence_nearly_exhausted"
every    = "15m"
timeout  = "10s"
# One row for each sequence that may not be read, at worst.
max_rows = 50000
resolve_after = 2
volatile = ["last_value", "values_left"]
[accept]
key = "used_pct"
worse = "up"
tolerance = "2%"
[params.max_pct]
type = "numeric"
default = 80
min = 0
max = 100
[params.critical_pct]
type = "numeric"
default = 95
min = 0
max = 100
# Schemas whose sequences are somebody else's business, with commas between: "auth,storage".
[params.except_schemas]
type = "text"
default = ""
+++*/
with sequences as (
    -- Everything is multiplied by the direction, so that a descending sequence counts upwards too. In numeric: the
    -- negative of the smallest bigint is none.
    select
        s.seqrelid,
        n.nspname,
        c.relname,
        s.seqcycle,
        sign(s.seqincrement::numeric) as way,
        sign(s.seqincrement::numeric) * s.seqstart as first_value,
        greatest(sign(s.seqincrement::numeric) * s.seqmin, sign(s.seqincrement::numeric) * s.seqmax) as own_limit,
        r.readable,
        -- NULL before the first value is drawn, and where it may not be read.
        case when r.readable then sign(s.seqincrement::numeric) * pg_sequence_last_value(s.seqrelid) end as last_value
    from pg_catalog.pg_sequence as s
    -- PostgreSQL shows how far a sequence has got only to who may read it.
    cross join lateral has_sequence_privilege(s.seqrelid, 'SELECT,USAGE') as r (readable)
    inner join pg_catalog.pg_class as c on c.oid = s.seqrelid
    inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.relpersistence <> 't'
      and n.nspname <> all (string_to_array(:except_schemas, ','))
),
fed as (
    -- The columns that a sequence feeds: those that own it …
    select d.objid as seqrelid, d.refobjid as attrelid, d.refobjsubid as attnum
    from pg_catalog.pg_depend as d
    where d.classid = 'pg_catalog.pg_class'::regclass

    union

    -- … and those whose default draws from it.
    select d.refobjid, f.adrelid, f.adnum
    from pg_catalog.pg_depend as d
    inner join pg_catalog.pg_attrdef as f on f.oid = d.objid
    where d.classid = 'pg_catalog.pg_attrdef'::regclass
),
limits as (
    -- The narrowest column decides: a bigint sequence that feeds an integer column ends with that column.
    select
        s.seqrelid,
        min(greatest(s.way * w.least_value, s.way * w.most_value)) as column_limit
    from sequences as s
    inner join fed as f on f.seqrelid = s.seqrelid
    inner join pg_catalog.pg_attribute as a on a.attrelid = f.attrelid and a.attnum = f.attnum
    inner join pg_catalog.pg_type as y on y.oid = a.atttypid
    inner join (values
        ('smallint'::regtype, -32768::numeric, 32767::numeric),
        ('integer'::regtype, -2147483648, 2147483647)
    -- A domain is as wide as the type that it stands for.
    ) as w (type, least_value, most_value) on w.type = coalesce(nullif(y.typbasetype, 0), y.oid)
    group by s.seqrelid
),
counted as (
    select
        s.*,
        least(s.own_limit, l.column_limit) as last_possible,
        s.last_value - s.first_value + 1 as used,
        least(s.own_limit, l.column_limit) - s.first_value + 1 as total,
        format('GRANT SELECT ON SEQUENCE %I.%I TO %I', s.nspname, s.relname, current_user) as mend
    from sequences as s
    left join limits as l on l.seqrelid = s.seqrelid
    -- A sequence that starts again never ends, unless its column is narrower.
    where not s.seqcycle
       or l.column_limit < s.own_limit
)
select
    format('%I.%I', s.nspname, s.relname) as entity_id,
    format('%I.%I', s.nspname, s.relname) as entity_label,
    case
        when not s.readable then 'INFO'
        when 100 * s.used > :critical_pct * s.total then 'CRITICAL'
        else 'WARN'
    end as severity,
    case
        when not s.readable
        then format(
            'How far sequence %I.%I has got is not known: %I may not read it. Grant it: %s; or name its schema in except_schemas.',
            s.nspname, s.relname, current_user, s.mend
        )
    end as message,
    case
        when s.readable
        then jsonb_build_object(
            'schema',      s.nspname,
            'sequence',    s.relname,
            'limit',       s.way * s.last_possible,
            -- Whole percents: a step is news, a single value is not.
            'used_pct',    div(100 * s.used, greatest(s.total, 1)),
            'last_value',  s.way * s.last_value,
            'values_left', s.total - s.used
        )
        else jsonb_build_object('schema', s.nspname, 'sequence', s.relname, 'readable', false, 'grant', s.mend)
    end as payload
from counted as s
-- Multiplied out rather than divided: a column that ends before the sequence begins leaves no value at all.
where 100 * s.used > :max_pct * s.total
   -- One that may not be read must not look like one that is fine, nor keep the others' alerts from clearing.
   or not s.readable
