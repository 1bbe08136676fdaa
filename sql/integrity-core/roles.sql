-- Every role, grant and policy of Vigie: run after the migrations, by whoever owns the schema; running it
-- again changes nothing. Nothing here is given to PUBLIC or to anonymous callers.
--
--   authenticated  signed-in people, as PostgREST knows them; created where the host has none
--   vigie_sync     the login of vigie-sync: applies evaluations, writes the books, acts for nobody
--   vigie_api      the login that serves people: may do nothing but become `authenticated` for one of them,
--                  and record accesses
--   vigie_ingest   the login that records accesses: writes into the journal by its functions, and reads nothing of it
--   vigie_access_reader
--                  whoever may read the journal of accesses, through the view vigie.access_log only: to be granted to a
--                  login of yours; Vigie itself does not use it
--   vigie_eval     the login that runs the checks' SQL: member of nothing, sees none of Vigie's rows, and reads only;
--                  what it may read is granted by `vigie install`, which knows the checks
--
-- A role that logs in is made without a password; set one, or use another way to authenticate.

do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
        create role authenticated nologin noinherit;
        comment on role authenticated is 'Vigie: signed-in people, as PostgREST knows them';
    end if;
    if not exists (select from pg_catalog.pg_roles where rolname = 'vigie_sync') then
        create role vigie_sync login noinherit;
        comment on role vigie_sync is 'Vigie: the login of vigie-sync';
    end if;
    if not exists (select from pg_catalog.pg_roles where rolname = 'vigie_api') then
        create role vigie_api login noinherit;
        comment on role vigie_api is 'Vigie: the login that serves people';
    end if;
    if not exists (select from pg_catalog.pg_roles where rolname = 'vigie_eval') then
        create role vigie_eval login noinherit;
        comment on role vigie_eval is 'Vigie: the login that runs the SQL of checks';
    end if;
    begin
        -- They came later than the others: a login that migrates and may make no roles leaves them to `vigie install`.
        if not exists (select from pg_catalog.pg_roles where rolname = 'vigie_ingest') then
            create role vigie_ingest login noinherit;
            comment on role vigie_ingest is 'Vigie: the login that records accesses';
        end if;
        if not exists (select from pg_catalog.pg_roles where rolname = 'vigie_access_reader') then
            create role vigie_access_reader nologin noinherit;
            comment on role vigie_access_reader is 'Vigie: whoever may read the journal of accesses';
        end if;
    exception when insufficient_privilege then
        null;
    end;
    if not exists (
        select from pg_catalog.pg_db_role_setting s
        inner join pg_catalog.pg_roles r on r.oid = s.setrole
        where r.rolname = 'vigie_eval' and s.setdatabase = 0
          and 'default_transaction_read_only=on' = any (s.setconfig)
    ) then
        alter role vigie_eval set default_transaction_read_only = on;
    end if;
    if not exists (select from pg_catalog.pg_roles where rolname = 'vigie_eval' and rolbypassrls) then
        begin
            -- so that Row Level Security hides nothing from the checks
            alter role vigie_eval bypassrls;
        exception when insufficient_privilege then
            -- not every login may give it; who may not is told what follows by `vigie install` and `vigie doctor`
            null;
        end;
    end if;
    if not pg_catalog.pg_has_role('vigie_api', 'authenticated', 'member') then
        grant authenticated to vigie_api;
    end if;
end
$$;

-- Where the database lets not everybody connect, these may.
do $$
declare
    login text;
begin
    foreach login in array '{vigie_sync,vigie_api,vigie_eval,vigie_ingest}'::text[] loop
        continue when not exists (select from pg_catalog.pg_roles where rolname = login);
        if not has_database_privilege(login, current_database(), 'CONNECT') then
            execute format('grant connect on database %I to %I', current_database(), login);
        end if;
    end loop;
end
$$;

-- What anybody else was given has been taken away by close_schema.sql, which is run first.
grant usage on schema vigie to authenticated, vigie_sync, vigie_api;

-- Who am I: asked by every policy.
grant execute on function vigie.actor_id(), vigie.actor_role() to authenticated, vigie_sync;

-- People read what their role lets them see, and change alerts through functions only, which decide for themselves.
grant select on vigie.alerts, vigie.alert_events, vigie.check_states, vigie.checks, vigie.runs, vigie.alert_details,
                vigie.alert_times
    to authenticated, vigie_sync;
grant execute on function
    vigie.act_on_alert(uuid, text, jsonb, integer, uuid),
    vigie.act_on_check(text, text, text, jsonb),
    vigie.confirm_check(text, text, text)
    to authenticated;
-- For members of Vigie, and for the service. A login that monitors needs this and `usage` on the schema, no more.
grant execute on function vigie.sync_heartbeat(text) to authenticated, vigie_sync;

-- The login that serves people tells anybody whether the checks are made, in numbers alone.
grant execute on function vigie.sync_heartbeat(text), vigie.vitals(text) to vigie_api;
grant execute on function vigie.vitals(text) to vigie_sync;

-- Vigie's own sequences are watched like any other's; there is nothing to see in them but how far they have got.
grant select on all sequences in schema vigie to vigie_eval;

-- The service writes what it saw.
grant insert, update on vigie.alerts, vigie.check_states, vigie.checks to vigie_sync;
grant insert on vigie.alert_events to vigie_sync;
grant insert, delete on vigie.runs to vigie_sync;
grant select, insert, update on vigie.leases to vigie_sync;
grant execute on function
    vigie.event_hash(bytea, uuid, integer, timestamptz, text, text, text, text, uuid, jsonb),
    vigie.record_events(text, uuid, timestamptz, uuid[], text[], jsonb[]),
    vigie.fold(jsonb)
    to vigie_sync;

do $$
declare
    relation text;
    login text;
begin
    -- which migrations were applied, so that a program that does not fit refuses to work
    foreach relation in array '{integrity_core_migrations,alerts_store_migrations,rls_audit_migrations,
                                   release_info_migrations,access_journal_migrations}'::text[] loop
        if to_regclass('vigie.' || relation) is not null then
            execute format('grant select on vigie.%I to vigie_sync, vigie_api', relation);
            if exists (select from pg_catalog.pg_roles where rolname = 'vigie_ingest') then
                execute format('grant select on vigie.%I to vigie_ingest', relation);
            end if;
        end if;
    end loop;
    -- the audits are a room of their own, which not every database with alerts has
    if to_regclass('vigie.audits') is not null then
        grant select on vigie.audits to authenticated, vigie_sync;
        grant insert, delete on vigie.audits to vigie_sync;
    end if;
    -- and so are the releases, which nobody writes but two functions
    if to_regclass('vigie.releases') is not null then
        grant select on vigie.releases, vigie.release_events to authenticated, vigie_sync;
        grant execute on function vigie.record_release_event(jsonb) to authenticated;
        grant execute on function vigie.record_release_finding(jsonb) to vigie_sync;
    end if;
    -- The journal of accesses: recorded by functions, by whoever hears of an access, and read by nobody who records.
    if to_regclass('vigie.access_events') is not null then
        foreach login in array '{vigie_ingest,vigie_api}'::text[] loop
            continue when not exists (select from pg_catalog.pg_roles where rolname = login);
            execute format('grant usage on schema vigie to %I', login);
            execute format('grant execute on function vigie.access_salt(date, bytea), vigie.record_access(jsonb), '
                           'vigie.access_heard(text, bigint, bigint, bigint, bigint, text, text) to %I', login);
        end loop;
        grant select on vigie.access_events, vigie.access_sources, vigie.access_seals, vigie.access_retention,
                        vigie.access_verifications
            to vigie_sync;
        grant execute on function vigie.access_roll_partitions(interval), vigie.access_keyed() to vigie_sync;
        -- What an audit calls sensitive: told by the service, and asked by whoever reads logs.
        grant execute on function vigie.tell_access_sensitive(text, text[], timestamptz) to vigie_sync;
        if exists (select from pg_catalog.pg_roles where rolname = 'vigie_ingest') then
            grant execute on function vigie.access_sensitive(text) to vigie_ingest;
        end if;
        if exists (select from pg_catalog.pg_roles where rolname = 'vigie_access_reader') then
            grant usage on schema vigie to vigie_access_reader;
            grant select on vigie.access_log to vigie_access_reader;
            -- what the view shows, and no more
            grant select (occurred_at, recorded_at, source, event, outcome, severity, status, error_code, method, route,
                          resource, actor_id, actor_role, account_hash, address_hash, is_allowed, country, as_number,
                          user_agent_family, client_release, request_id, rows_returned, count)
                on vigie.access_events to vigie_access_reader;
            drop policy if exists access_events_readers on vigie.access_events;
            create policy access_events_readers on vigie.access_events for select to vigie_access_reader using (true);
        end if;
        -- Nobody writes a seal but the function that makes them.
        grant execute on function vigie.open_access_generation(), vigie.seal_access(), vigie.verify_access(integer, bytea),
                                  vigie.access_summary(bigint, bigint),
                                  vigie.access_change(timestamptz, timestamptz, bigint)
            to vigie_sync;
        grant execute on function vigie.access_summary_for_person(bigint, bigint),
                                  vigie.access_change_for_person(timestamptz, timestamptz, bigint)
            to authenticated;
    end if;
    foreach relation in array '{alerts,alert_events,check_states,checks,runs,audits,releases,release_events}'::text[] loop
        continue when to_regclass('vigie.' || relation) is null;
        execute format('drop policy if exists %I on vigie.%I', relation || '_members_read', relation);
        execute format('create policy %I on vigie.%I for select to authenticated '
                       'using ((select vigie.actor_role()) is not null)', relation || '_members_read', relation);
    end loop;
    foreach relation in array '{alerts,alert_events,check_states,checks,runs,leases,audits,releases,release_events,
                                access_events,access_sources,access_seals,access_retention,
                                access_verifications}'::text[] loop
        continue when to_regclass('vigie.' || relation) is null;
        execute format('drop policy if exists %I on vigie.%I', relation || '_service', relation);
        execute format('create policy %I on vigie.%I to vigie_sync using (true) with check (true)',
                       relation || '_service', relation);
    end loop;
end
$$;
