-- What vigie_eval still lacks to read these relations ($1) and to call these functions ($2), by their oids. What lies in
-- the server's own schemas is never granted: it is kept from everybody for a reason.
with relations as (
    select c.oid, c.relname, n.oid as schema, n.nspname
    from unnest($1::bigint[]) w (oid)
    inner join pg_catalog.pg_class c on c.oid = w.oid::oid
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
),
functions as (
    select p.oid, p.proname, n.oid as schema, n.nspname
    from unnest($2::bigint[]) w (oid)
    inner join pg_catalog.pg_proc p on p.oid = w.oid::oid
    inner join pg_catalog.pg_namespace n on n.oid = p.pronamespace
)
select "grant" as "grant!", is_systems as "is_systems!"
from (
    select 1 as place, format('grant usage on schema %I to vigie_eval', nspname) as "grant", false as is_systems
    from (select schema, nspname from relations union select schema, nspname from functions) s
    where not has_schema_privilege('vigie_eval', schema, 'USAGE')
    union
    select 2, format('grant select on table %I.%I to vigie_eval', nspname, relname),
        nspname in ('pg_catalog', 'information_schema')
    from relations
    where not has_table_privilege('vigie_eval', oid, 'SELECT')
    union
    select 3, format('grant execute on routine %I.%I(%s) to vigie_eval', nspname, proname,
                     pg_get_function_identity_arguments(oid)), nspname in ('pg_catalog', 'information_schema')
    from functions
    where not has_function_privilege('vigie_eval', oid, 'EXECUTE')
) as missing
order by place, "grant" collate "C"
