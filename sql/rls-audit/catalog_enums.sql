-- Types with a list of values.
select coalesce(jsonb_agg(jsonb_build_object(
    'name', jsonb_build_object('schema', n.nspname, 'name', t.typname),
    'labels', (select jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_catalog.pg_enum e where e.enumtypid = t.oid)
) order by n.nspname collate "C", t.typname collate "C"), '[]')::text as "enums!"
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
where t.typtype = 'e' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and exists (select from pg_catalog.pg_enum e where e.enumtypid = t.oid)
