-- Tables, views and what else has rows. Each kind of detail is read once and grouped, since a database may have thousands.
with relation as materialized (
    select c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
           c.relacl, c.reloptions
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
), columns as (
    select a.attrelid as oid, jsonb_agg(jsonb_build_object(
        'name', a.attname,
        'type_name', format_type(a.atttypid, a.atttypmod),
        'not_null', a.attnotnull,
        'default', pg_get_expr(d.adbin, d.adrelid),
        'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by_default' end,
        'generated', case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end,
        'comment', col_description(a.attrelid, a.attnum),
        'grants', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'grantee', case when g.grantee <> 0 then pg_get_userbyid(g.grantee) end,
                'privilege', g.privilege_type, 'grantable', g.is_grantable)
                order by pg_get_userbyid(g.grantee) collate "C", g.privilege_type collate "C"), '[]')
            from aclexplode(a.attacl) g)
    ) order by a.attnum) as list
    from relation r
    join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    group by a.attrelid
), constraints as (
    select k.conrelid as oid, jsonb_agg(jsonb_build_object(
        'name', k.conname,
        'kind', case k.contype when 'c' then 'check' when 'p' then 'primary_key' when 'u' then 'unique'
                               when 'f' then 'foreign_key' when 'x' then 'exclusion' else 'not_null' end,
        'definition', pg_get_constraintdef(k.oid),
        'columns', (select coalesce(jsonb_agg(a.attname order by u.place), '[]')
                    from unnest(k.conkey) with ordinality as u (attnum, place)
                    join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum),
        'references', case when k.contype = 'f' then jsonb_build_object(
            'relation', (select jsonb_build_object('schema', fn.nspname, 'name', fc.relname)
                         from pg_catalog.pg_class fc join pg_catalog.pg_namespace fn on fn.oid = fc.relnamespace
                         where fc.oid = k.confrelid),
            'columns', (select coalesce(jsonb_agg(a.attname order by u.place), '[]')
                        from unnest(k.confkey) with ordinality as u (attnum, place)
                        join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum)) end
    ) order by k.conname collate "C") as list
    from relation r
    join pg_catalog.pg_constraint k on k.conrelid = r.oid and k.contype in ('c', 'p', 'u', 'f', 'x', 'n')
    group by k.conrelid
), indexes as (
    select i.indrelid as oid, jsonb_agg(jsonb_build_object(
        'name', c.relname,
        'columns', (select jsonb_agg(a.attname order by u.place)
                    from unnest(i.indkey) with ordinality as u (attnum, place)
                    left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = u.attnum and a.attnum > 0
                    where u.place <= i.indnkeyatts),
        'is_unique', i.indisunique,
        'is_partial', i.indpred is not null
    ) order by c.relname collate "C") as list
    from relation r
    join pg_catalog.pg_index i on i.indrelid = r.oid
    join pg_catalog.pg_class c on c.oid = i.indexrelid
    group by i.indrelid
), policy_reads as (
    select p.oid, jsonb_agg(p.reads order by p.nspname collate "C", p.relname collate "C") as list
    from (
        select d.objid as oid, n.nspname, c.relname, jsonb_build_object(
            'relation', jsonb_build_object('schema', n.nspname, 'name', c.relname),
            'columns', coalesce(jsonb_agg(distinct a.attname) filter (where a.attname is not null), '[]')) as reads
        from pg_catalog.pg_depend d
        join pg_catalog.pg_class c on c.oid = d.refobjid and c.relkind in ('r', 'p', 'v', 'm', 'f')
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        left join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid and a.attnum > 0
        where d.classid = 'pg_catalog.pg_policy'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
        group by d.objid, n.nspname, c.relname
    ) p
    group by p.oid
), policy_calls as (
    select d.objid as oid, jsonb_agg(distinct jsonb_build_object(
        'name', jsonb_build_object('schema', n.nspname, 'name', p.proname),
        'arguments', oidvectortypes(p.proargtypes))) as list
    from pg_catalog.pg_depend d
    join pg_catalog.pg_proc p on p.oid = d.refobjid
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where d.classid = 'pg_catalog.pg_policy'::regclass and d.refclassid = 'pg_catalog.pg_proc'::regclass
      and n.nspname <> 'pg_catalog'
    group by d.objid
), policies as (
    select p.polrelid as oid, jsonb_agg(jsonb_build_object(
        'name', p.polname,
        'permissive', p.polpermissive,
        'command', case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE' end,
        'roles', (select coalesce(jsonb_agg(pg_get_userbyid(u.role) order by pg_get_userbyid(u.role) collate "C"), '[]')
                  from unnest(p.polroles) as u (role) where u.role <> 0),
        'using', pg_get_expr(p.polqual, p.polrelid),
        'check', pg_get_expr(p.polwithcheck, p.polrelid),
        'reads', coalesce(reads.list, '[]'),
        'calls', coalesce(calls.list, '[]')
    ) order by p.polname collate "C") as list
    from pg_catalog.pg_policy p
    left join policy_reads reads on reads.oid = p.oid
    left join policy_calls calls on calls.oid = p.oid
    group by p.polrelid
), triggers as (
    select t.tgrelid as oid, jsonb_agg(jsonb_build_object(
        'name', t.tgname,
        'function', jsonb_build_object('schema', n.nspname, 'name', p.proname),
        'commands', (select coalesce(jsonb_agg(v.word order by v.place), '[]')
                     from (values (1, 'INSERT', 4), (2, 'UPDATE', 16), (3, 'DELETE', 8)) as v (place, word, bit)
                     where t.tgtype::int & v.bit <> 0),
        'truncate', t.tgtype::int & 32 <> 0,
        'before', t.tgtype::int & 2 <> 0,
        'instead_of', t.tgtype::int & 64 <> 0,
        'for_each_row', t.tgtype::int & 1 <> 0,
        'enabled', t.tgenabled in ('O', 'A'),
        'definition', pg_get_triggerdef(t.oid)
    ) order by t.tgname collate "C") as list
    from relation r
    join pg_catalog.pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
    join pg_catalog.pg_proc p on p.oid = t.tgfoid
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    group by t.tgrelid
), rules as (
    select w.ev_class as oid, jsonb_agg(jsonb_build_object('name', w.rulename, 'definition', pg_get_ruledef(w.oid))
                                        order by w.rulename collate "C") as list
    from relation r
    join pg_catalog.pg_rewrite w on w.ev_class = r.oid and w.rulename <> '_RETURN'
    group by w.ev_class
), view_reads as (
    select v.oid, jsonb_agg(v.reads order by v.nspname collate "C", v.relname collate "C") as list
    from (
        select w.ev_class as oid, n.nspname, c.relname, jsonb_build_object(
            'relation', jsonb_build_object('schema', n.nspname, 'name', c.relname),
            'columns', coalesce(jsonb_agg(distinct a.attname) filter (where a.attname is not null), '[]')) as reads
        from relation r
        join pg_catalog.pg_rewrite w on w.ev_class = r.oid and w.rulename = '_RETURN'
        join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid
            and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> w.ev_class
        join pg_catalog.pg_class c on c.oid = d.refobjid and c.relkind in ('r', 'p', 'v', 'm', 'f')
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        left join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid and a.attnum > 0
        group by w.ev_class, n.nspname, c.relname
    ) v
    group by v.oid
), parents as (
    select i.inhrelid as oid, jsonb_agg(jsonb_build_object('schema', n.nspname, 'name', c.relname) order by i.inhseqno) as list
    from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhparent
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    group by i.inhrelid
)
select coalesce(jsonb_agg(jsonb_build_object(
    'name', jsonb_build_object('schema', r.nspname, 'name', r.relname),
    'kind', case r.relkind when 'r' then 'table' when 'p' then 'partitioned_table' when 'v' then 'view'
                           when 'm' then 'materialized_view' else 'foreign_table' end,
    'owner', pg_get_userbyid(r.relowner),
    'rls', r.relrowsecurity,
    'force_rls', r.relforcerowsecurity,
    'is_partition', r.relispartition,
    'parents', coalesce(parents.list, '[]'),
    'extension', (select e.extname from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid = d.refobjid
                  where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = r.oid and d.deptype = 'e'),
    'comment', obj_description(r.oid, 'pg_class'),
    'grants', (
        select coalesce(jsonb_agg(jsonb_build_object(
            'grantee', case when g.grantee <> 0 then pg_get_userbyid(g.grantee) end,
            'privilege', g.privilege_type, 'grantable', g.is_grantable)
            order by pg_get_userbyid(g.grantee) collate "C", g.privilege_type collate "C"), '[]')
        from aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) g),
    'columns', coalesce(columns.list, '[]'),
    'constraints', coalesce(constraints.list, '[]'),
    'indexes', coalesce(indexes.list, '[]'),
    'policies', coalesce(policies.list, '[]'),
    'triggers', coalesce(triggers.list, '[]'),
    'rules', coalesce(rules.list, '[]'),
    'view', case when r.relkind in ('v', 'm') then jsonb_build_object(
        'security_invoker', exists (select from unnest(r.reloptions) as o (option)
                                    where o.option ~* '^security_invoker=(true|on|1|yes)$'),
        'security_barrier', exists (select from unnest(r.reloptions) as o (option)
                                    where o.option ~* '^security_barrier=(true|on|1|yes)$'),
        'definition', pg_get_viewdef(r.oid),
        'reads', coalesce(view_reads.list, '[]')) end,
    'writable', (select coalesce(jsonb_agg(v.word order by v.place), '[]')
                 from (values (1, 'INSERT', 8), (2, 'UPDATE', 4), (3, 'DELETE', 16)) as v (place, word, bit)
                 where pg_relation_is_updatable(r.oid, true) & v.bit <> 0)
) order by r.nspname collate "C", r.relname collate "C"), '[]')::text as "relations!"
from relation r
left join columns on columns.oid = r.oid
left join constraints on constraints.oid = r.oid
left join indexes on indexes.oid = r.oid
left join policies on policies.oid = r.oid
left join triggers on triggers.oid = r.oid
left join rules on rules.oid = r.oid
left join view_reads on view_reads.oid = r.oid
left join parents on parents.oid = r.oid
