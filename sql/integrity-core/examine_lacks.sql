-- What a login ($1) lacks to read these relations ($2) and to call these functions ($3), by their oids. Where it may read
-- only some of the columns, nobody knows here whether those are the ones that the checks read.
select lack as "lack!", remedy as "remedy!", is_known as "is_known!"
from (
    select distinct 1 as place, format('it may not use the schema %I', n.nspname) as lack,
        format('grant usage on schema %I to %I', n.nspname, $1::text) as remedy,
        true as is_known
    from unnest($2::bigint[]) as w (oid)
    inner join pg_catalog.pg_class c on c.oid = w.oid::oid
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where not has_schema_privilege($1::text, n.oid, 'USAGE')
    union all
    select 2,
        format(case when has_any_column_privilege($1::text, c.oid, 'SELECT')
                    then 'it may read only some columns of %I.%I' else 'it may not read %I.%I' end,
               n.nspname, c.relname),
        format('grant select on %I.%I to %I', n.nspname, c.relname, $1::text),
        not has_any_column_privilege($1::text, c.oid, 'SELECT')
    from unnest($2::bigint[]) as w (oid)
    inner join pg_catalog.pg_class c on c.oid = w.oid::oid
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where not has_table_privilege($1::text, c.oid, 'SELECT')
      and (not has_any_column_privilege($1::text, c.oid, 'SELECT') or exists (
          select
          from pg_catalog.pg_attribute t
          where t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
            and not has_column_privilege($1::text, c.oid, t.attnum, 'SELECT')
      ))
    union all
    select 3, format('it may not call %I.%I', n.nspname, p.proname),
        format('grant execute on routine %I.%I(%s) to %I', n.nspname, p.proname,
               pg_get_function_identity_arguments(p.oid), $1::text),
        true
    from unnest($3::bigint[]) as w (oid)
    inner join pg_catalog.pg_proc p on p.oid = w.oid::oid
    inner join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where not has_function_privilege($1::text, p.oid, 'EXECUTE')
) as lacking
order by place, lack collate "C"
