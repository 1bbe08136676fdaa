-- Types with checks of their own.
select coalesce(jsonb_agg(jsonb_build_object(
    'name', jsonb_build_object('schema', n.nspname, 'name', t.typname),
    'base', format_type(t.typbasetype, t.typtypmod),
    'not_null', t.typnotnull,
    'checks', (select coalesce(jsonb_agg(pg_get_constraintdef(c.oid) order by c.conname collate "C"), '[]')
               from pg_catalog.pg_constraint c where c.contypid = t.oid and c.contype = 'c')
) order by n.nspname collate "C", t.typname collate "C"), '[]')::text as "domains!"
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
where t.typtype = 'd' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
