-- Which of the relations that decide about people's roles ($1, by oid; $2: whether the source names it itself) a
-- signed-in or an anonymous caller could write, as far as privileges and Row Level Security tell. With them: what
-- inherits from them and what they inherit from, and every view over any of these, for a view with its owner's rights
-- knows no privilege and no policy of the caller's.
--
-- A grant of UPDATE on columns is harmless where the source reads the relation itself and none of these columns ($3: by
-- oid, $4: the name).
with recursive named as (
    select w.oid::oid as oid, bool_and(w.direct) as direct
    from unnest($1::bigint[], $2::boolean[]) as w (oid, direct)
    group by w.oid
),
down (oid, root) as (
    select n.oid, n.oid from named n
    union
    select i.inhrelid, d.root from down d inner join pg_catalog.pg_inherits i on i.inhparent = d.oid
),
kin (oid, root) as (
    select d.oid, d.root from down d
    union
    select i.inhparent, k.root from kin k inner join pg_catalog.pg_inherits i on i.inhrelid = k.oid
),
above (oid) as (
    select k.oid from kin k
    union
    select w.ev_class
    from above a
    inner join pg_catalog.pg_depend d
        on d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = a.oid
        and d.classid = 'pg_catalog.pg_rewrite'::regclass
    inner join pg_catalog.pg_rewrite w on w.oid = d.objid and w.ev_type = '1'
),
sources as (
    select c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relrowsecurity,
        case when c.relkind = 'v' then pg_relation_is_updatable(c.oid, true) else 28 end as updatable
    from above a
    inner join pg_catalog.pg_class c on c.oid = a.oid
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f')
       or (c.relkind = 'v' and not (
              -- asks for the caller's own privileges on what lies below it, which is looked at by itself
              coalesce((
                  select o.option_value::boolean from pg_options_to_table(c.reloptions) o
                  where o.option_name = 'security_invoker'
              ), false)
              and not exists (select from pg_catalog.pg_trigger t where t.tgrelid = c.oid)
              and not exists (select from pg_catalog.pg_rewrite w where w.ev_class = c.oid and w.ev_type <> '1')
          ))
),
harmless as (
    select s.oid, t.attnum, t.attname
    from sources s
    inner join pg_catalog.pg_attribute t on t.attrelid = s.oid and t.attnum > 0 and not t.attisdropped
    where s.relkind <> 'v'
      -- a generated column may be made of any other
      and not exists (select from pg_catalog.pg_attribute g where g.attrelid = s.oid and g.attgenerated <> '')
      and not exists (
          select
          from kin k
          inner join named n on n.oid = k.root
          where k.oid = s.oid
            and (
                not n.direct
                or exists (
                    select from unnest($3::bigint[], $4::text[]) as r (oid, name)
                    where r.oid::oid = k.root and r.name = t.attname
                )
            )
      )
),
callers as (
    select r.oid, r.rolname, r.rolbypassrls or r.rolsuper as is_exempt
    from pg_catalog.pg_roles r
    where r.rolname in ('authenticated', 'anon')
),
privileges (privilege, command, bit) as (
    values ('INSERT', 'a', 8), ('UPDATE', 'w', 4), ('DELETE', 'd', 16), ('TRUNCATE', null, 0)
),
writes as (
    select s.*, r.oid as role, r.rolname, r.is_exempt, v.privilege, v.command, null::text as attname
    from sources s
    cross join callers r
    inner join privileges v on s.updatable & v.bit > 0 or (v.command is null and s.relkind in ('r', 'p', 'f'))
    where has_table_privilege(r.oid, s.oid, v.privilege)
    union all
    select s.*, r.oid, r.rolname, r.is_exempt, v.privilege, v.command, t.attname
    from sources s
    cross join callers r
    inner join privileges v on v.command in ('a', 'w') and s.updatable & v.bit > 0
    inner join pg_catalog.pg_attribute t on t.attrelid = s.oid and t.attnum > 0 and not t.attisdropped
    where not has_table_privilege(r.oid, s.oid, v.privilege)
      and has_column_privilege(r.oid, s.oid, t.attnum, v.privilege)
      and (
          v.command = 'a'
          or not exists (select from harmless h where h.oid = s.oid and h.attnum = t.attnum)
      )
),
-- Of each policy, whether it lets nobody through: it says `false`, and nothing else is looked into.
policies as (
    select p.polrelid, p.polpermissive, p.polcmd, p.polroles,
        pg_get_expr(p.polqual, p.polrelid) is not distinct from 'false' as hides,
        coalesce(pg_get_expr(p.polwithcheck, p.polrelid), pg_get_expr(p.polqual, p.polrelid))
            is not distinct from 'false' as refuses
    from pg_catalog.pg_policy p
),
-- By hand, what a policy means for one way of writing: rows are found by USING, and made by WITH CHECK.
judged as (
    select w.oid, w.role, w.command,
        bool_or(p.polpermissive and not p.hides) as shows,
        bool_or(p.polpermissive and not p.refuses) as accepts,
        bool_or(not p.polpermissive and p.hides) as hides,
        bool_or(not p.polpermissive and p.refuses) as refuses
    from (select distinct x.oid, x.role, x.command from writes x where x.relrowsecurity) w
    inner join policies p on p.polrelid = w.oid and p.polcmd in ('*', w.command::"char")
    where exists (
        select from unnest(p.polroles) as q (role)
        where q.role = 0 or pg_has_role(w.role, q.role, 'usage')
    )
    group by w.oid, w.role, w.command
)
select
    format('%I.%I', w.nspname, w.relname) as "relation!",
    w.relkind = 'v' as "is_view!",
    w.rolname::text as "role!",
    w.privilege || coalesce(' (' || w.attname || ')', '') as "privilege!",
    format('revoke %s%s on %I.%I from %I', lower(w.privilege), coalesce(' (' || quote_ident(w.attname) || ')', ''),
           w.nspname, w.relname, w.rolname)
        || case when exists (
               select from pg_catalog.pg_class c, aclexplode(c.relacl) a
               where c.oid = w.oid and a.grantee = 0 and a.privilege_type = w.privilege
           ) then ', public' else '' end
        || case when w.privilege = 'UPDATE' and w.attname is null and w.rolname = 'authenticated' then
               coalesce((
                   select format('; grant update (%s) on %I.%I to %I', string_agg(quote_ident(h.attname), ', ' order by h.attnum),
                                 w.nspname, w.relname, w.rolname)
                   from harmless h where h.oid = w.oid having count(*) > 0
               ), '') else '' end as "remedy!"
from writes w
left join judged j on j.oid = w.oid and j.role = w.role and j.command = w.command
where has_schema_privilege(w.role, w.nspname, 'USAGE')
  and (
      not w.relrowsecurity
      or w.is_exempt
      or pg_has_role(w.role, w.relowner, 'usage')
      or case w.command
             -- no policy holds TRUNCATE back
             when 'a' then j.accepts and not j.refuses
             when 'w' then j.shows and j.accepts and not j.hides and not j.refuses
             when 'd' then j.shows and not j.hides
             else true
         end
  )
order by 1, 3, 4
