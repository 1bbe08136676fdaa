-- Of these relations ($1) and functions ($2), by oid, those behind which nothing is seen from here: which rows they show,
-- or with whose rights they read.
select what as "what!"
from (
    select 1 as place, format(
        case c.relkind
            when 'm' then 'the rows of the materialized view %I.%I are those that its owner saw when it was last refreshed'
            else 'the rows of the foreign table %I.%I are what another server shows'
        end, n.nspname, c.relname) as what
    from unnest($1::bigint[]) as w (oid)
    inner join pg_catalog.pg_class c on c.oid = w.oid::oid and c.relkind in ('m', 'f')
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    union
    select 2, format(
        case when p.prosecdef then 'what the function %I.%I reads, it reads with the rights of %s, its owner'
             else 'the body of the function %I.%I tells nobody what it reads' end,
        n.nspname, p.proname, pg_get_userbyid(p.proowner))
    from unnest($2::bigint[]) as w (oid)
    inner join pg_catalog.pg_proc p on p.oid = w.oid::oid
    inner join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    inner join pg_catalog.pg_language l on l.oid = p.prolang
    where n.nspname not in ('pg_catalog', 'information_schema')
      -- what is written in C comes with an extension
      and (p.prosecdef or l.lanname not in ('internal', 'c'))
) as opaque
order by place, what collate "C"
