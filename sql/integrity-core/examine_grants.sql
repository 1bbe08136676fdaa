-- What roles.sql gives and this database lacks, of the roles and the parts of the schema that are there; and tables of
-- Vigie's that everybody sees whole. A test compares the lists with roles.sql, grant by grant.
with relations (role, privilege, relation) as (
    select g.role, g.privilege, t.relation
    from (values
        ('authenticated', 'SELECT', '{alerts,alert_events,check_states,checks,runs,alert_details}'::text[]),
        ('vigie_sync', 'SELECT', '{alerts,alert_events,check_states,checks,runs,leases,alert_details}'),
        ('vigie_sync', 'INSERT', '{alerts,alert_events,check_states,checks,runs,leases}'),
        ('vigie_sync', 'UPDATE', '{alerts,check_states,checks,leases}'),
        ('vigie_sync', 'DELETE', '{runs}'),
        ('vigie_sync', 'SELECT', '{integrity_core_migrations,alerts_store_migrations}'),
        ('vigie_api', 'SELECT', '{integrity_core_migrations,alerts_store_migrations}')
    ) as g (role, privilege, relations)
    cross join unnest(g.relations) as t (relation)
),
functions (role, function) as (
    select g.role, f.function
    from (values
        ('authenticated', '{actor_id,actor_role,act_on_alert,act_on_check,confirm_check,sync_heartbeat}'::text[]),
        ('vigie_sync', '{actor_id,actor_role,event_hash,record_events,fold,sync_heartbeat}')
    ) as g (role, functions)
    cross join unnest(g.functions) as f (function)
),
policies (role, suffix, relations) as (
    values
        ('authenticated', '_members_read', '{alerts,alert_events,check_states,checks,runs}'::text[]),
        ('vigie_sync', '_service', '{alerts,alert_events,check_states,checks,runs,leases}')
),
schema as (
    select n.oid from pg_catalog.pg_namespace n where n.nspname = 'vigie'
)
select lack as "lack!", remedy as "remedy!"
from (
    select 1 as place, format('%s may not use the schema vigie', r.rolname) as lack,
        format('grant usage on schema vigie to %I', r.rolname) as remedy
    from pg_catalog.pg_roles r
    cross join schema s
    where r.rolname in ('authenticated', 'vigie_sync', 'vigie_api')
      and not has_schema_privilege(r.oid, s.oid, 'USAGE')
    union all
    select 2, format('%s lacks %s on vigie.%s', r.rolname, g.privilege, c.relname),
        format('grant %s on vigie.%I to %I', lower(g.privilege), c.relname, r.rolname)
    from relations g
    inner join pg_catalog.pg_roles r on r.rolname = g.role
    cross join schema s
    inner join pg_catalog.pg_class c on c.relnamespace = s.oid and c.relname = g.relation
    where not has_table_privilege(r.oid, c.oid, g.privilege)
    union all
    select 2, format('vigie_eval lacks SELECT on the sequence vigie.%s', c.relname),
        format('grant select on sequence vigie.%I to vigie_eval', c.relname)
    from schema s
    inner join pg_catalog.pg_class c on c.relnamespace = s.oid and c.relkind = 'S'
    inner join pg_catalog.pg_roles r on r.rolname = 'vigie_eval'
    where not has_table_privilege(r.oid, c.oid, 'SELECT')
    union all
    select 3, format('%s may not execute vigie.%s', r.rolname, p.proname),
        format('grant execute on function vigie.%I(%s) to %I', p.proname,
               pg_get_function_identity_arguments(p.oid), r.rolname)
    from functions g
    inner join pg_catalog.pg_roles r on r.rolname = g.role
    cross join schema s
    inner join pg_catalog.pg_proc p on p.pronamespace = s.oid and p.proname = g.function
    where not has_function_privilege(r.oid, p.oid, 'EXECUTE')
    union all
    select 4, format('vigie.%s has no policy for %s, who sees nothing in it', c.relname, g.role), 'vigie install'
    from policies g
    inner join pg_catalog.pg_roles r on r.rolname = g.role
    cross join schema s
    inner join pg_catalog.pg_class c
        on c.relnamespace = s.oid and c.relname = any (g.relations)
    where not exists (
        select from pg_catalog.pg_policy p where p.polrelid = c.oid and p.polname = c.relname || g.suffix
    )
    union all
    select 5, format('Row Level Security is off on vigie.%s', c.relname),
        format('alter table vigie.%I enable row level security', c.relname)
    from schema s
    inner join pg_catalog.pg_class c on c.relnamespace = s.oid and c.relkind in ('r', 'p')
    where not c.relrowsecurity
      -- sqlx makes these; nobody is granted to write them
      and c.relname not like '%\_migrations'
) as lacking
order by place, lack collate "C"
