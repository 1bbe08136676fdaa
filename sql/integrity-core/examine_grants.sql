-- How the grants and policies in the schema vigie differ from those that roles.sql makes. A test compares the lists
-- with roles.sql, grant by grant.
--
-- `is_missing`: what this database lacks, of the roles and the parts of the schema that are there, and tables of
-- Vigie's that everybody sees whole. Else: what there is beyond. About that owners are not asked, nor PUBLIC and anon,
-- whom examine_exposure.sql asks; what a check of the host's reads in the schema, `vigie install` may have granted to
-- vigie_eval, and then `is_error` is false.
with given (sort, role, privilege, name) as (
    select g.sort, g.role, g.privilege, t.name
    from (values
        ('schema', 'authenticated', 'USAGE', '{vigie}'::text[]),
        ('schema', 'vigie_sync', 'USAGE', '{vigie}'),
        ('schema', 'vigie_api', 'USAGE', '{vigie}'),
        ('table', 'authenticated', 'SELECT', '{alerts,alert_events,check_states,checks,runs,audits,alert_details,alert_times}'),
        ('table', 'vigie_sync', 'SELECT', '{alerts,alert_events,check_states,checks,runs,audits,leases,alert_details,alert_times}'),
        ('table', 'authenticated', 'SELECT', '{releases,release_events}'),
        ('table', 'vigie_sync', 'SELECT', '{releases,release_events}'),
        ('table', 'vigie_sync', 'INSERT', '{alerts,alert_events,check_states,checks,runs,audits,leases}'),
        ('table', 'vigie_sync', 'UPDATE', '{alerts,check_states,checks,leases}'),
        ('table', 'vigie_sync', 'DELETE', '{runs,audits}'),
        ('table', 'vigie_sync', 'SELECT', '{integrity_core_migrations,alerts_store_migrations,rls_audit_migrations}'),
        ('table', 'vigie_sync', 'SELECT', '{release_info_migrations}'),
        ('table', 'vigie_api', 'SELECT', '{integrity_core_migrations,alerts_store_migrations,rls_audit_migrations}'),
        ('table', 'vigie_api', 'SELECT', '{release_info_migrations}'),
        ('routine', 'authenticated', 'EXECUTE', '{actor_id,actor_role,act_on_alert,act_on_check,confirm_check,sync_heartbeat}'),
        ('routine', 'vigie_sync', 'EXECUTE', '{actor_id,actor_role,event_hash,record_events,fold,sync_heartbeat,vitals}'),
        ('routine', 'vigie_api', 'EXECUTE', '{sync_heartbeat,vitals}'),
        ('routine', 'authenticated', 'EXECUTE', '{record_release_event}'),
        ('routine', 'vigie_sync', 'EXECUTE', '{record_release_finding}'),
        ('schema', 'vigie_ingest', 'USAGE', '{vigie}'),
        ('schema', 'vigie_access_reader', 'USAGE', '{vigie}'),
        ('table', 'vigie_sync', 'SELECT', '{access_journal_migrations}'),
        ('table', 'vigie_api', 'SELECT', '{access_journal_migrations}'),
        ('table', 'vigie_ingest', 'SELECT', '{integrity_core_migrations,alerts_store_migrations,rls_audit_migrations}'),
        ('table', 'vigie_ingest', 'SELECT', '{release_info_migrations,access_journal_migrations}'),
        ('table', 'vigie_sync', 'SELECT', '{access_events,access_sources,access_seals,access_retention}'),
        ('table', 'vigie_access_reader', 'SELECT', '{access_log}'),
        ('routine', 'vigie_ingest', 'EXECUTE', '{access_salt,record_access,access_heard,access_sensitive}'),
        ('routine', 'vigie_api', 'EXECUTE', '{access_salt,record_access,access_heard}'),
        ('routine', 'vigie_sync', 'EXECUTE', '{access_roll_partitions,open_access_generation,seal_access,verify_access,access_summary}'),
        ('routine', 'vigie_sync', 'EXECUTE', '{access_change,access_keyed,tell_access_sensitive}'),
        ('routine', 'authenticated', 'EXECUTE', '{access_summary_for_person,access_change_for_person}'),
        ('table', 'vigie_sync', 'SELECT', '{access_verifications}')
    ) as g (sort, role, privilege, names)
    cross join unnest(g.names) as t (name)
    union all
    select 'sequence', 'vigie_eval', 'SELECT', c.relname
    from pg_catalog.pg_class c
    where c.relnamespace = to_regnamespace('vigie') and c.relkind = 'S'
),
-- a view of the invoker's reads its table with the invoker's rights: just the columns that it shows
columns (role, relation, name) as (
    select 'vigie_access_reader', 'access_events', t.name
    from unnest('{occurred_at,recorded_at,source,event,outcome,severity,status,error_code,method,route,resource,actor_id,
                  actor_role,account_hash,address_hash,is_allowed,country,as_number,user_agent_family,client_release,
                  request_id,rows_returned,count}'::text[]) as t (name)
),
policies (role, suffix, command, relation) as (
    select g.role, g.suffix, g.command, t.relation
    from (values
        ('authenticated', '_members_read', 'SELECT', '{alerts,alert_events,check_states,checks,runs,audits}'::text[]),
        ('authenticated', '_members_read', 'SELECT', '{releases,release_events}'),
        ('vigie_sync', '_service', 'ALL', '{alerts,alert_events,check_states,checks,runs,audits,leases}'),
        ('vigie_sync', '_service', 'ALL', '{releases,release_events}'),
        ('vigie_sync', '_service', 'ALL', '{access_events,access_sources,access_seals,access_retention}'),
        ('vigie_sync', '_service', 'ALL', '{access_verifications}'),
        ('vigie_access_reader', '_readers', 'SELECT', '{access_events}')
    ) as g (role, suffix, command, relations)
    cross join unnest(g.relations) as t (relation)
),
objects (sort, name, object, oid, owner, acl) as (
    select 'schema', n.nspname, 'vigie', n.oid, n.nspowner, n.nspacl
    from pg_catalog.pg_namespace n
    where n.nspname = 'vigie'
    union all
    select case c.relkind when 'S' then 'sequence' else 'table' end, c.relname, format('vigie.%I', c.relname), c.oid,
        c.relowner, c.relacl
    from pg_catalog.pg_class c
    where c.relnamespace = to_regnamespace('vigie')
    union all
    select 'routine', p.proname, format('vigie.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), p.oid,
        p.proowner, p.proacl
    from pg_catalog.pg_proc p
    where p.pronamespace = to_regnamespace('vigie')
),
acls as (
    select o.sort, o.name, o.object, o.owner, null::text as attname, a.*
    from objects o
    cross join aclexplode(o.acl) as a
    union all
    select o.sort, o.name, o.object, o.owner, format(' (%I)', t.attname), a.*
    from objects o
    inner join pg_catalog.pg_attribute t on t.attrelid = o.oid and t.attnum > 0 and not t.attisdropped
    cross join aclexplode(t.attacl) as a
    where o.sort = 'table'
)
select is_missing as "is_missing!", what as "what!", remedy, is_error as "is_error!"
from (
    select true as is_missing, 1 as place,
        format('%s lacks %s on the %s %s', g.role, g.privilege, o.sort, o.object) as what,
        format('grant %s on %s %s to %I', lower(g.privilege), o.sort, o.object, g.role) as remedy,
        true as is_error
    from given g
    inner join pg_catalog.pg_roles r on r.rolname = g.role
    inner join objects o on o.sort = g.sort and o.name = g.name
    where not case g.sort
        when 'schema' then has_schema_privilege(r.oid, o.oid, g.privilege)
        when 'routine' then has_function_privilege(r.oid, o.oid, g.privilege)
        else has_table_privilege(r.oid, o.oid, g.privilege)
    end
    union all
    select true, 1, format('%s lacks SELECT on the table %s (%I)', g.role, o.object, g.name),
        format('grant select (%I) on table %s to %I', g.name, o.object, g.role), true
    from columns g
    inner join pg_catalog.pg_roles r on r.rolname = g.role
    inner join objects o on o.sort = 'table' and o.name = g.relation
    where not has_column_privilege(r.oid, o.oid, g.name, 'SELECT')
    union all
    select true, 2, format('vigie.%s has no policy for %s, who sees nothing in it', g.relation, g.role), null, true
    from policies g
    inner join pg_catalog.pg_roles r on r.rolname = g.role
    inner join objects o on o.sort = 'table' and o.name = g.relation
    where not exists (
        select from pg_catalog.pg_policy p where p.polrelid = o.oid and p.polname = g.relation || g.suffix
    )
    union all
    select true, 3, format('Row Level Security is off on %s', o.object),
        format('alter table %s enable row level security', o.object), true
    from objects o
    inner join pg_catalog.pg_class c on c.oid = o.oid and c.relkind in ('r', 'p')
    where o.sort = 'table' and not c.relrowsecurity
      -- sqlx makes these; nobody is granted to write them
      and o.name not like '%\_migrations'
    union all
    select false, 4,
        format('%s has %s%s on the %s %s%s, which Vigie gives nobody of that name', r.rolname, a.privilege_type,
               a.attname, a.sort, a.object, case when a.is_grantable then ' and may pass it on' end),
        format('revoke %s%s on %s %s from %I', a.privilege_type, a.attname, a.sort, a.object, r.rolname),
        r.rolname <> 'vigie_eval' or a.is_grantable or a.privilege_type not in ('SELECT', 'USAGE', 'EXECUTE')
    from acls a
    inner join pg_catalog.pg_roles r on r.oid = a.grantee
    where a.grantee <> a.owner and r.rolname <> 'anon'
      and (a.is_grantable or not exists (
          select from given g
          where g.sort = a.sort and g.role = r.rolname and g.privilege = a.privilege_type and g.name = a.name
      ))
      and (a.attname is null or a.is_grantable or a.privilege_type <> 'SELECT' or not exists (
          select from columns g
          where g.role = r.rolname and g.relation = a.name and format(' (%I)', g.name) = a.attname
      ))
      -- who may ask whether the service is alive, an owner decides
      and not (a.sort = 'routine' and a.name = 'sync_heartbeat' and not a.is_grantable)
      and not (a.sort = 'schema' and a.privilege_type = 'USAGE' and not a.is_grantable and exists (
          select from acls m where m.sort = 'routine' and m.name = 'sync_heartbeat' and m.grantee = a.grantee
      ))
    union all
    select false, 5, format('the policy %s on vigie.%s is not one that Vigie makes', p.policyname, p.tablename),
        format('drop policy %I on vigie.%I; then run `vigie install`', p.policyname, p.tablename), true
    from pg_catalog.pg_policies p
    left join policies g on g.relation = p.tablename and g.relation || g.suffix = p.policyname
    where p.schemaname = 'vigie'
      and not coalesce(
          p.permissive = 'PERMISSIVE' and p.cmd = g.command and p.roles = array[g.role]::name[]
          and case g.command
              -- the name of the schema depends on the search path
              when 'SELECT' then case g.role when 'vigie_access_reader' then p.qual = 'true' else p.qual ~ '^\(\( *SELECT (vigie\.)?actor_role\(\) AS actor_role\) IS NOT NULL\)$' end
              else p.qual = 'true' and p.with_check = 'true'
          end,
          false
      )
) as differences
order by place, what collate "C"
