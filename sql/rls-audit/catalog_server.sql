-- The server, and who looks.
with settings as (
    select s.config, s.rank
    from (
        select 'pgrst.db_schemas=' || current_setting('pgrst.db_schemas', true) as config, 0 as rank
        union all
        select c.config, case when r.setrole <> 0 and r.setdatabase <> 0 then 1 when r.setrole <> 0 then 2 else 3 end
        from pg_catalog.pg_db_role_setting r
        cross join lateral unnest(r.setconfig) as c (config)
        where (r.setdatabase = 0 or r.setdatabase = (select oid from pg_catalog.pg_database where datname = current_database()))
          and (r.setrole = 0 or r.setrole = (select oid from pg_catalog.pg_roles where rolname = 'authenticator'))
    ) s
    where s.config like 'pgrst.db_schemas=_%'
    order by s.rank
    limit 1
)
select jsonb_build_object(
    'version', current_setting('server_version_num')::int,
    'database', current_database(),
    'is_standby', pg_is_in_recovery(),
    'login', session_user,
    'exposed_schemas', (
        select jsonb_agg(btrim(name.name) order by name.place)
        from settings
        cross join lateral unnest(string_to_array(substr(config, length('pgrst.db_schemas=') + 1), ',')) with ordinality as name (name, place)
        where btrim(name.name) <> '')
)::text as "server!"
