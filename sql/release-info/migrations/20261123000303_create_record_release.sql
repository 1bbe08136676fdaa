-- The one way an event is recorded. Decides by vigie.release_steps; every refusal raises, so that nothing recorded can
-- never look like done. The codes are those PostgREST turns into a status: PT403 not allowed, PT409 not now (the
-- constraint says why: the key of another event, another deployment that is open, or the order, with what may come in
-- DETAIL), PT422 badly asked (the field in DETAIL).
--
-- Called by the two functions below, which decide who may.
create function vigie.append_release_event(asked jsonb, actor text) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    event vigie.release_events := jsonb_populate_record(null::vigie.release_events, append_release_event.asked);
    earlier vigie.release_events;
    subject vigie.releases;
    step vigie.release_steps;
    other vigie.releases;
    -- what is known of the release from now on
    told vigie.release_events;
    -- what leads on, in the order of a release's life
    kinds constant text[] := array['started', 'deployed', 'verify_passed', 'verify_failed', 'verify_inconclusive', 'promoted',
                                   'failed', 'rollback_started', 'rolled_back', 'rollback_verified'];
    legal text[];
    reason text;
begin
    -- One recorder after the other, readers beside them: each decides by what is there, and the numbers of events are in
    -- the order in which they come to stand.
    lock table vigie.releases in share row exclusive mode;
    event.actor := append_release_event.actor;
    event.at := clock_timestamp();

    select * into subject from vigie.releases r
    where r.environment = event.environment and r.target = event.target and r.release = event.release;

    if event.key is not null then
        select * into earlier from vigie.release_events e where e.key = event.key;
        if found then
            event.id := earlier.id;
            event.at := earlier.at;
            if event.kind in ('rolled_back', 'rollback_verified') then
                -- added when it was recorded
                event.returns_to := coalesce(event.returns_to, earlier.returns_to);
            end if;
            if event is distinct from earlier or event.evidence::text is distinct from earlier.evidence::text then
                -- The server's log keeps what is raised: no more than the number of the event.
                raise exception 'the key is that of another event: % of % at % %', earlier.kind, earlier.release,
                    earlier.environment, earlier.target
                    using errcode = 'PT409', constraint = 'release_events_key_key', detail = earlier.id::text;
            end if;
            return jsonb_build_object('event', to_jsonb(earlier), 'release', to_jsonb(subject), 'replayed', true);
        end if;
    end if;

    select * into step from vigie.release_steps s
    where s.stage = coalesce(subject.stage, 'new') and s.kind = event.kind;
    if not found or event.kind = 'rollback_verified' and not exists (
        select from vigie.releases r
        where r.environment = event.environment and r.target = event.target and r.release = subject.returns_to
          and r.stage in ('deployed', 'verified', 'refuted', 'promoted', 'rolling_back')
    ) then
        select array_agg(s.kind order by array_position(kinds, s.kind)) into legal
        from vigie.release_steps s
        where s.stage = coalesce(subject.stage, 'new') and s.kind = any (kinds) and s.kind <> event.kind;
        reason := case when subject.stage is null then 'a release begins with started'
                       when step.kind is not null then format('%s, to which it returned, is not live', subject.returns_to)
                       else format('after %s come %s', subject.stage, array_to_string(legal, ', ')) end;
        raise exception '% does not come now: %', event.kind, reason
            using errcode = 'PT409', constraint = 'release_events_order', detail = array_to_string(legal, ',');
    end if;

    -- A rollback was tried and failed: that its release is served is what proves it.
    if event.kind = 'verify_passed' and event.actor is null and subject.stage = 'refuted'
       and subject.returns_to is not null then
        raise exception 'its rollback failed: only a person may say that it is well' using errcode = 'PT403';
    end if;

    if step.next in ('started', 'rolling_back') and step.stage not in ('started', 'rolling_back') then
        select * into other from vigie.releases r
        where r.environment = event.environment and r.target = event.target and r.stage in ('started', 'rolling_back');
        if found then
            raise exception '% is % at % %; end that first', other.release, other.stage, other.environment, other.target
                using errcode = 'PT409', constraint = 'releases_one_open_key';
        end if;
    end if;

    if event.kind = 'rollback_started' then
        select * into other from vigie.releases r
        where r.environment = event.environment and r.target = event.target and r.release = event.returns_to
          and r.deployed_at is not null and r.stage in ('replaced', 'failed');
        if not found then
            raise exception 'a rollback returns to a release that was live there and was not itself rolled back'
                using errcode = 'PT422', detail = 'returns_to';
        end if;
    elsif event.returns_to is not null then
        raise exception 'a rollback that begins says what it returns to, and nothing else does'
            using errcode = 'PT422', detail = 'returns_to';
    elsif event.kind in ('rolled_back', 'rollback_verified') then
        event.returns_to := subject.returns_to;
    end if;

    insert into vigie.release_events (environment, target, release, kind, returns_to, provider_version, min_schema,
        max_schema, manifest_sha256, reason, evidence, key, actor, at)
    values (event.environment, event.target, event.release, event.kind, event.returns_to, event.provider_version,
        event.min_schema, event.max_schema, event.manifest_sha256, event.reason, event.evidence, event.key, event.actor,
        event.at)
    returning * into event;

    -- What began and never went live leaves no trace on what was live.
    if event.kind = 'started' and subject.deployed_at is null then
        told := event;
    elsif event.kind = 'deployed' then
        select * into told from vigie.release_events e
        where e.environment = event.environment and e.target = event.target and e.release = event.release
          and e.kind = 'started'
        order by e.id desc
        limit 1;
        told.provider_version := coalesce(event.provider_version, told.provider_version);
        told.min_schema := coalesce(event.min_schema, told.min_schema);
        told.max_schema := coalesce(event.max_schema, told.max_schema);
        told.manifest_sha256 := coalesce(event.manifest_sha256, told.manifest_sha256);
    end if;

    if event.kind = 'deployed' then
        update vigie.releases r set stage = 'replaced', changed_at = event.at
        where r.environment = event.environment and r.target = event.target and r.release <> event.release
          and r.stage in ('deployed', 'verified', 'refuted', 'promoted', 'rolling_back');
    end if;

    insert into vigie.releases as r (environment, target, release, package, stage, provider_version, min_schema,
        max_schema, manifest_sha256, started_at, changed_at, last_event)
    values (event.environment, event.target, event.release, split_part(event.release, '@', 1), step.next,
        event.provider_version, event.min_schema, event.max_schema, event.manifest_sha256, event.at, event.at, event.id)
    on conflict on constraint releases_pkey do update set
        stage = step.next,
        provider_version = case when event.kind = 'deployed' then told.provider_version
                                else coalesce(told.provider_version, r.provider_version) end,
        min_schema = coalesce(told.min_schema, r.min_schema),
        max_schema = coalesce(told.max_schema, r.max_schema),
        manifest_sha256 = coalesce(told.manifest_sha256, r.manifest_sha256),
        -- Where it is refuted, this tells that its rollback failed.
        returns_to = case when event.kind = 'rollback_started' then event.returns_to
                          when event.kind not in ('deployed', 'verify_passed') then r.returns_to end,
        started_at = case event.kind when 'started' then event.at else r.started_at end,
        deployed_at = case event.kind when 'deployed' then event.at
                                      when 'rolled_back' then null else r.deployed_at end,
        verified_at = case when event.kind = 'verify_passed' then event.at
                           when step.next in ('refuted', 'rolled_back') then null
                           else r.verified_at end,
        changed_at = event.at,
        last_event = event.id
    returning * into subject;

    if event.kind = 'rolled_back' then
        update vigie.releases r
        set stage = 'deployed', deployed_at = event.at, changed_at = event.at, returns_to = null,
            provider_version = coalesce(event.provider_version, r.provider_version)
        where r.environment = event.environment and r.target = event.target and r.release = event.returns_to;
    end if;
    return jsonb_build_object('event', to_jsonb(event), 'release', to_jsonb(subject), 'replayed', false);
end
$$;
comment on function vigie.append_release_event(jsonb, text) is 'Records an event of a release, and makes the release follow';

-- For people. Definer rights: nobody but these functions writes the tables.
create function vigie.record_release_event(event jsonb) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    if coalesce(vigie.actor_role() not in ('admin', 'directeur'), true) then
        raise exception 'your role may not do this' using errcode = 'PT403';
    end if;
    return vigie.append_release_event(record_release_event.event, vigie.actor_id());
end
$$;
comment on function vigie.record_release_event(jsonb) is 'The one way a person records what happens to a release';

-- For the service.
create function vigie.record_release_finding(event jsonb) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from vigie.release_steps s
        where s.kind = record_release_finding.event ->> 'kind' and s.found_by_looking
    ) then
        raise exception 'only a person may record this' using errcode = 'PT403';
    end if;
    return vigie.append_release_event(record_release_finding.event, null);
end
$$;
comment on function vigie.record_release_finding(jsonb) is 'How the service records what it found by looking at a release';

revoke all on function vigie.append_release_event(jsonb, text) from public;
revoke all on function vigie.record_release_event(jsonb) from public;
revoke all on function vigie.record_release_finding(jsonb) from public;
