-- What outlives transactions and databases, so that a case can leave it to the next one: each thing, how it is, and the
-- statements that take it away where it is new, and that bring it back where it was changed. What cannot be brought back
-- has none. Sent through the simple protocol.
select
    'prepared transaction ' || gid as thing,
    '' as state,
    format('rollback prepared %L', gid) as takes_away,
    null::text as brings_back
from pg_catalog.pg_prepared_xacts
union all
select 'replication slot ' || slot_name, '', format('select pg_catalog.pg_drop_replication_slot(%L)', slot_name), null
from pg_catalog.pg_replication_slots
union all
select 'replication origin ' || roname, '', format('select pg_catalog.pg_replication_origin_drop(%L)', roname), null
from pg_catalog.pg_replication_origin
union all
-- A database that somebody is subscribed from cannot be dropped, not even the case's own.
select
    'subscription ' || subname, '',
    format('alter subscription %1$I disable; alter subscription %1$I set (slot_name = none); drop subscription %1$I', subname), null
from pg_catalog.pg_subscription
union all
-- The case's own goes anyhow, with the settings that are its alone.
select
    'database ' || datname,
    row(datdba, datistemplate, datallowconn, datconnlimit, datacl)::text,
    format('drop database %I with (force)', datname),
    null
from pg_catalog.pg_database
where datname <> current_database()
union all
select
    'role ' || r.rolname,
    row(r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication, r.rolbypassrls, r.rolconnlimit, r.rolpassword, coalesce(r.rolvaliduntil, 'infinity'))::text,
    format('drop owned by %1$I; drop role %1$I', r.rolname),
    format(
        'alter role %I %s connection limit %s password %L valid until %L',
        r.rolname,
        concat_ws(
            ' ',
            case when r.rolsuper then 'superuser' else 'nosuperuser' end,
            case when r.rolinherit then 'inherit' else 'noinherit' end,
            case when r.rolcreaterole then 'createrole' else 'nocreaterole' end,
            case when r.rolcreatedb then 'createdb' else 'nocreatedb' end,
            case when r.rolcanlogin then 'login' else 'nologin' end,
            case when r.rolreplication then 'replication' else 'noreplication' end,
            case when r.rolbypassrls then 'bypassrls' else 'nobypassrls' end
        ),
        r.rolconnlimit, r.rolpassword, coalesce(r.rolvaliduntil, 'infinity')
    )
from pg_catalog.pg_authid as r
union all
select
    format('membership of %s in %s', m.member::regrole, m.roleid::regrole),
    string_agg(to_jsonb(m)::text, ',' order by m.grantor),
    format('revoke %s from %s cascade', m.roleid::regrole, m.member::regrole),
    null
from pg_catalog.pg_auth_members as m
group by m.member, m.roleid
union all
select
    concat('setting ', split_part(s.setting, '=', 1), ' of ', concat_ws(' in ', 'role ' || r.rolname, 'database ' || d.datname)),
    s.setting,
    case
        when r.rolname is null then format('alter database %I reset %I', d.datname, split_part(s.setting, '=', 1))
        else format('alter role %I%s reset %I', r.rolname, coalesce(' in database ' || quote_ident(d.datname), ''), split_part(s.setting, '=', 1))
    end,
    null
from (select setdatabase, setrole, unnest(setconfig) as setting from pg_catalog.pg_db_role_setting) as s
left join pg_catalog.pg_roles as r on r.oid = s.setrole
left join pg_catalog.pg_database as d on d.oid = s.setdatabase
where d.datname is distinct from current_database()
union all
select 'tablespace ' || spcname, row(spcowner, spcacl, spcoptions)::text, format('drop tablespace %I', spcname), null
from pg_catalog.pg_tablespace
union all
select 'setting ' || name, string_agg(setting, ',' order by seqno), format('alter system reset %I', name), null
from pg_catalog.pg_file_settings
where sourcefile like '%postgresql.auto.conf'
group by name
order by 1
