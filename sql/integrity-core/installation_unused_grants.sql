-- What vigie_eval may read by a grant that an installation made, and the checks chosen now ($1, $2: what they read and
-- call, by oids) do not need.
select i.undo as "undo!"
from vigie.installation i
where i.kind = 'grant'
  and i.name like '% to vigie\_eval'
  and (i.name like 'SELECT on table %' or i.name like 'EXECUTE on routine %')
  and i.name not in (
      select format('SELECT on table %I.%I to vigie_eval', n.nspname, c.relname)
      from unnest($1::bigint[]) w (oid)
      inner join pg_catalog.pg_class c on c.oid = w.oid::oid
      inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      union all
      select format('EXECUTE on routine %I.%I(%s) to vigie_eval', n.nspname, p.proname,
                    pg_get_function_identity_arguments(p.oid))
      from unnest($2::bigint[]) w (oid)
      inner join pg_catalog.pg_proc p on p.oid = w.oid::oid
      inner join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  )
order by i.seq
