-- How far a sequence has got is shown only to who may read it: the sequences that vigie_eval may not, and whether this
-- login may let it. Vigie's own are granted by roles.sql.
select
    format('grant select on sequence %I.%I to vigie_eval', n.nspname, c.relname) as "grant!",
    pg_has_role(c.relowner, 'usage')
        or has_sequence_privilege(c.oid, 'SELECT WITH GRANT OPTION') as "may_grant!"
from pg_catalog.pg_class c
inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'S'
  and c.relpersistence <> 't'
  and n.nspname <> 'vigie'
  -- asked of sequences only, whatever is looked at first: of a table, it is an error
  and case when c.relkind = 'S' then not has_sequence_privilege('vigie_eval', c.oid, 'SELECT,USAGE') end
order by n.nspname collate "C", c.relname collate "C"
