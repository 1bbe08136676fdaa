-- What the objects of a database are, by their names, so that a case that changes one can be told from a case about data:
-- which object, a digest of its definition, and whether a new one changes what others mean (a table of pg_catalog hides
-- those of public; a function, an operator, a cast can fit better than the one that was meant). From the catalogs' own
-- rows: what prints them depends on the search path. Sent through the simple protocol.
select
    case when c.relkind in ('v', 'm') then 'view ' else 'table ' end || n.nspname || '.' || c.relname as object,
    n.nspname in ('pg_catalog', 'information_schema') as counts_when_new,
    md5(row(
        c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
        (
            select string_agg(row(a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated, a.attidentity, a.attcollation, d.adbin)::text, ',' order by a.attnum)
            from pg_catalog.pg_attribute as a
            left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        ),
        (
            select string_agg(row(r.rulename, r.ev_type, r.ev_enabled, r.is_instead, r.ev_qual, r.ev_action)::text, ',' order by r.rulename)
            from pg_catalog.pg_rewrite as r
            where r.ev_class = c.oid
        ),
        (
            select string_agg(row(p.polname, p.polcmd, p.polpermissive, p.polroles, p.polqual, p.polwithcheck)::text, ',' order by p.polname)
            from pg_catalog.pg_policy as p
            where p.polrelid = c.oid
        ),
        (
            select string_agg(row(k.conname, k.contype, k.convalidated, k.conkey, k.confrelid, k.confkey, k.conbin)::text, ',' order by k.conname)
            from pg_catalog.pg_constraint as k
            where k.conrelid = c.oid
        ),
        (
            select string_agg(row(i.indkey, i.indclass, i.indexprs, i.indpred)::text, ',' order by i.indexrelid)
            from pg_catalog.pg_index as i
            where i.indrelid = c.oid and i.indisunique
        )
    )::text) as definition
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_t'
union all
select
    'type ' || n.nspname || '.' || t.typname,
    n.nspname = 'pg_catalog',
    md5(row(
        t.typtype, t.typbasetype, t.typtypmod, t.typnotnull, t.typdefaultbin,
        (select string_agg(row(k.conname, k.conbin)::text, ',' order by k.conname) from pg_catalog.pg_constraint as k where k.contypid = t.oid),
        (select string_agg(row(e.enumsortorder, e.enumlabel)::text, ',' order by e.enumsortorder) from pg_catalog.pg_enum as e where e.enumtypid = t.oid)
    )::text)
from pg_catalog.pg_type as t
inner join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
where t.typtype in ('d', 'e')
union all
select
    'function ' || n.nspname || '.' || p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')',
    true,
    md5(row(p.prolang, p.prokind, p.prosecdef, p.proisstrict, p.proretset, p.provolatile, p.prorettype, p.prosrc, p.probin, p.prosqlbody, p.proconfig, p.proargdefaults)::text)
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
union all
select
    'operator ' || n.nspname || '.' || o.oprname || ' (' || coalesce(nullif(o.oprleft, 0)::pg_catalog.regtype::text, 'none') || ', ' || o.oprright::pg_catalog.regtype || ')',
    true,
    md5(row(o.oprcode::oid, o.oprresult)::text)
from pg_catalog.pg_operator as o
inner join pg_catalog.pg_namespace as n on n.oid = o.oprnamespace
union all
select
    'cast of ' || k.castsource::pg_catalog.regtype || ' to ' || k.casttarget::pg_catalog.regtype,
    true,
    md5(row(k.castfunc, k.castcontext, k.castmethod)::text)
from pg_catalog.pg_cast as k
