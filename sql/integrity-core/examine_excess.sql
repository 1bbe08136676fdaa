-- Grants and policies in the schema vigie that roles.sql does not make. Owners are not asked, nor PUBLIC and anon, whom
-- examine_exposure.sql asks. The lists are those of examine_grants.sql. What a check of the host's reads in the schema,
-- `vigie install` may have granted to vigie_eval: that is `is_error` false.
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
acls as (
    select 'schema' as sort, 'vigie' as name, 'vigie' as object, null::text as attname, a.*, n.nspowner as owner
    from pg_catalog.pg_namespace n
    cross join aclexplode(n.nspacl) as a
    where n.nspname = 'vigie'
    union all
    select case c.relkind when 'S' then 'sequence' else 'table' end, c.relname, format('vigie.%I', c.relname), null,
        a.*, c.relowner
    from pg_catalog.pg_class c
    cross join aclexplode(c.relacl) as a
    where c.relnamespace = to_regnamespace('vigie')
    union all
    select 'table', c.relname, format('vigie.%I', c.relname), format(' (%I)', t.attname), a.*, c.relowner
    from pg_catalog.pg_class c
    inner join pg_catalog.pg_attribute t on t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
    cross join aclexplode(t.attacl) as a
    where c.relnamespace = to_regnamespace('vigie')
    union all
    select 'routine', p.proname, format('vigie.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), null,
        a.*, p.proowner
    from pg_catalog.pg_proc p
    cross join aclexplode(p.proacl) as a
    where p.pronamespace = to_regnamespace('vigie')
)
select what as "what!", remedy as "remedy!", is_error as "is_error!"
from (
    select 1 as place,
        format('%s has %s%s on the %s %s%s, which Vigie gives nobody of that name', r.rolname, a.privilege_type, a.attname,
               a.sort, a.object, case when a.is_grantable then ' and may pass it on' end) as what,
        format('revoke %s%s on %s %s from %I', a.privilege_type, a.attname, a.sort, a.object, r.rolname) as remedy,
        r.rolname <> 'vigie_eval' or a.is_grantable or a.privilege_type not in ('SELECT', 'USAGE', 'EXECUTE') as is_error
    from acls a
    inner join pg_catalog.pg_roles r on r.oid = a.grantee
    where a.grantee <> a.owner and r.rolname <> 'anon'
      and (a.is_grantable or not case a.sort
          when 'schema' then
              a.privilege_type = 'USAGE'
              and (r.rolname in ('authenticated', 'vigie_sync', 'vigie_api') or exists (
                  select from acls m where m.sort = 'routine' and m.name = 'sync_heartbeat' and m.grantee = a.grantee
              ))
          when 'sequence' then a.privilege_type = 'SELECT' and r.rolname = 'vigie_eval'
          when 'table' then exists (
              select from relations g
              where g.role = r.rolname and g.privilege = a.privilege_type and g.relation = a.name
          )
          -- who may ask whether the service is alive, an owner decides
          else a.name = 'sync_heartbeat'
               or exists (select from functions g where g.role = r.rolname and g.function = a.name)
      end)
    union all
    select 2, format('the policy %s on vigie.%s is not one that Vigie makes', p.policyname, p.tablename),
        format('drop policy %I on vigie.%I; then run `vigie install`', p.policyname, p.tablename), true
    from pg_catalog.pg_policies p
    where p.schemaname = 'vigie'
      and not (
          p.permissive = 'PERMISSIVE'
          and p.tablename = any ('{alerts,alert_events,check_states,checks,runs,leases}'::text[])
          and (
              p.policyname = p.tablename || '_members_read' and p.tablename <> 'leases' and p.cmd = 'SELECT' and p.roles = '{authenticated}'
              -- the name of the schema depends on the search path
              and p.qual ~ '^\(\( *SELECT (vigie\.)?actor_role\(\) AS actor_role\) IS NOT NULL\)$'
              or p.policyname = p.tablename || '_service' and p.cmd = 'ALL' and p.roles = '{vigie_sync}'
              and p.qual = 'true' and p.with_check = 'true'
          )
      )
) as excess
order by place, what collate "C"
