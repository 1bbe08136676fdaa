-- What a login ($1) could change, though it should only read: relation by relation, then what it could make.
select object as "object!", privileges as "privileges!"
from (
    select
        1 as place,
        case c.relkind when 'S' then 'sequence ' else '' end || format('%I.%I', n.nspname, c.relname) as object,
        string_agg(p.privilege, ', ' order by p.privilege) as privileges
    from pg_catalog.pg_class c
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    cross join unnest('{INSERT,UPDATE,DELETE,TRUNCATE,USAGE}'::text[]) as p (privilege)
    where c.relkind in ('r', 'p', 'v', 'f', 'S')
      and n.nspname not in ('pg_catalog', 'information_schema')
      and n.nspname not like 'pg\_%'
      and has_schema_privilege($1::text, n.oid, 'USAGE')
      and case
          when c.relkind = 'S' then
              p.privilege in ('USAGE', 'UPDATE') and has_sequence_privilege($1::text, c.oid, p.privilege)
          when p.privilege = 'USAGE' then false
          else
              has_table_privilege($1::text, c.oid, p.privilege)
              or (p.privilege in ('INSERT', 'UPDATE') and has_any_column_privilege($1::text, c.oid, p.privilege))
      end
    group by n.nspname, c.relname, c.relkind
    union all
    select 2, format('schema %I', n.nspname), 'CREATE'
    from pg_catalog.pg_namespace n
    where n.nspname not like 'pg\_%' and has_schema_privilege($1::text, n.oid, 'CREATE')
    union all
    select 3, format('database %I', current_database()), 'CREATE'
    where has_database_privilege($1::text, current_database(), 'CREATE')
) as writes
order by place, object collate "C"
