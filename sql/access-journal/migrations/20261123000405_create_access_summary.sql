-- What happened in the last `seconds`, counted by steps of `step` seconds, and how the journal itself is. Numbers, routes
-- and the beginnings of pseudonyms: no row, no salt, nobody's name. What went well, a successful login, is not counted.
create function vigie.summarise_access(seconds bigint, step bigint) returns jsonb
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    wide interval := make_interval(secs => summarise_access.step);
    -- the step that is under way is the last one
    last_step timestamptz := date_bin(make_interval(secs => summarise_access.step), now(), 'epoch');
    first_step timestamptz;
    most constant numeric := 9223372036854775807;
    result jsonb;
begin
    if summarise_access.step < 60 or summarise_access.seconds < summarise_access.step
       or summarise_access.seconds / summarise_access.step > 400 then
        raise exception 'up to 400 steps of a minute or more' using errcode = 'PT422', detail = 'range';
    end if;
    first_step := last_step - wide * (ceil(summarise_access.seconds::numeric / summarise_access.step)::integer - 1);

    with event as materialized (
        select e.occurred_at, e.event, e.outcome, e.method, e.route, e.resource, e.address_hash, e.account_hash, e.is_allowed,
               e.count,
               e.event in ('anon_data_read', 'service_role_from_browser') and e.outcome <> 'possible' as is_exposure
        from vigie.access_events e
        where e.occurred_at >= first_step and e.occurred_at < last_step + wide and e.event <> 'authn_login_success'
    ), counted as (
        select date_bin(wide, e.occurred_at, 'epoch') as at, sum(e.count) as total,
               sum(e.count) filter (where e.outcome = 'refused') as refused,
               sum(e.count) filter (where e.is_exposure) as exposed
        from event e
        group by 1
    ), by_address as (
        select left(encode(e.address_hash, 'hex'), 12) as key, sum(e.count) as count, max(e.occurred_at) as last_at
        from event e
        where e.address_hash is not null and not e.is_allowed
        group by e.address_hash
        order by 2 desc, 1
        limit 10
    ), by_account as (
        select left(encode(e.account_hash, 'hex'), 12) as key, sum(e.count) as count, max(e.occurred_at) as last_at
        from event e
        where e.account_hash is not null
        group by e.account_hash
        order by 2 desc, 1
        limit 10
    ), by_route as (
        select e.method, e.route, sum(e.count) as count, max(e.occurred_at) as last_at
        from event e
        where e.route is not null
        group by e.method, e.route
        order by 3 desc, 2, 1
        limit 10
    ), by_event as (
        select e.event, sum(e.count) as count
        from event e
        group by e.event
    )
    select jsonb_build_object(
        'at', now(),
        'since', first_step,
        'step', summarise_access.step,
        'total', (select coalesce(sum(e.count), 0) from event e),
        'steps', (
            select jsonb_agg(jsonb_build_object(
                'at', s.at, 'total', coalesce(c.total, 0), 'refused', coalesce(c.refused, 0),
                'exposed', coalesce(c.exposed, 0)) order by s.at)
            from generate_series(first_step, last_step, wide) as s (at)
            left join counted c on c.at = s.at),
        'events', (select coalesce(jsonb_agg(to_jsonb(b) order by b.count desc, b.event), '[]') from by_event b),
        'addresses', (select coalesce(jsonb_agg(to_jsonb(b) order by b.count desc, b.key), '[]') from by_address b),
        'accounts', (select coalesce(jsonb_agg(to_jsonb(b) order by b.count desc, b.key), '[]') from by_account b),
        'routes', (
            select coalesce(jsonb_agg(to_jsonb(b) order by b.count desc, b.route, b.method), '[]') from by_route b),
        'sources', (
            select coalesce(jsonb_agg(to_jsonb(s) || jsonb_build_object('lately', l.told) order by s.source), '[]')
            from vigie.access_sources s
            cross join lateral (
                select jsonb_build_object('seen', least(coalesce(sum(h.seen), 0), most),
                                          'bad', least(coalesce(sum(h.bad), 0), most),
                                          'dropped', least(coalesce(sum(h.dropped), 0), most),
                                          'unjudged', least(coalesce(sum(h.unjudged), 0), most)) as told
                from vigie.access_hours h
                where h.source = s.source and h.hour >= date_trunc('hour', now()) - interval '24 hours') as l),
        -- the one that was written down last, whenever it happened
        'recorded_at', (select e.recorded_at from vigie.access_events e order by e.seq desc limit 1),
        'seal', (
            select jsonb_build_object('number', s.number, 'generation', s.generation, 'rows', s.row_count,
                                      'sealed_at', s.sealed_at, 'hash', encode(s.hash, 'hex'))
            from vigie.access_seals s
            order by s.number desc
            limit 1),
        'verified', (
            select jsonb_build_object('at', v.at, 'broken', v.found -> 'broken', 'seals', v.found -> 'seals')
            from vigie.access_verifications v)
    ) into result;
    return result;
end
$$;
comment on function vigie.summarise_access(bigint, bigint) is 'What happened lately, in numbers';

-- For the service.
create function vigie.access_summary(seconds bigint, step bigint) returns jsonb
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    return vigie.summarise_access(seconds, step);
comment on function vigie.access_summary(bigint, bigint) is 'What happened lately, in numbers, for the service';

-- For people. Definer rights: nobody of them reads the journal's rows.
create function vigie.access_summary_for_person(seconds bigint, step bigint) returns jsonb
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    if vigie.actor_role() is null then
        raise exception 'you have no role in Vigie' using errcode = 'PT403';
    end if;
    return vigie.summarise_access(access_summary_for_person.seconds, access_summary_for_person.step);
end
$$;
comment on function vigie.access_summary_for_person(bigint, bigint) is 'What happened lately, in numbers, for people with a role';

revoke all on function vigie.summarise_access(bigint, bigint) from public;
revoke all on function vigie.access_summary(bigint, bigint) from public;
revoke all on function vigie.access_summary_for_person(bigint, bigint) from public;

-- What a change came to, such as a release that went live at `since`: for each source what was refused from then until
-- `until`, and in the `baseline` seconds before it; and what was read without signing in since then. Refused is what was not
-- let in or not allowed: 401, 403, and what other sources call so. A source is known since it was first heard, or since the
-- oldest of its events of that time: what came before is no zero. Numbers and names of relations: no row, nobody's name.
create function vigie.compare_accesses(since timestamptz, until timestamptz, baseline bigint) returns jsonb
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    oldest timestamptz;
    kept_since timestamptz;
    result jsonb;
begin
    if compare_accesses.since is null or compare_accesses.until is null or not isfinite(compare_accesses.since)
       or compare_accesses.until < compare_accesses.since
       or coalesce(compare_accesses.baseline not between 60 and 31622400, true) then
        raise exception 'an instant, a later one, and from a minute to 366 days before'
            using errcode = 'PT422', detail = 'around';
    end if;
    select now() - r.retention into strict kept_since from vigie.access_retention r;
    oldest := greatest(compare_accesses.since - make_interval(secs => compare_accesses.baseline), kept_since);

    with event as materialized (
        select e.source, e.occurred_at, e.event, e.count, e.resource, e.route,
               e.occurred_at >= compare_accesses.since as is_since,
               e.event in ('authn_login_fail', 'authn_token_invalid', 'authz_fail') or e.status in (401, 403)
                   as is_refused
        from vigie.access_events e
        where e.occurred_at >= oldest and e.occurred_at <= now() + interval '5 minutes'
    ), tallied as (
        select e.source, min(e.occurred_at) as first_at,
               coalesce(sum(e.count) filter (
                   where e.is_refused and e.is_since and e.occurred_at < compare_accesses.until), 0) as refused,
               coalesce(sum(e.count) filter (where e.is_refused and not e.is_since), 0) as refused_before
        from event e
        group by e.source
    ), compared as (
        select coalesce(s.source, t.source) as source, greatest(least(s.first_at, t.first_at), oldest) as known_since,
               s.heard_at, s.dropped_at, coalesce(t.refused, 0) as refused,
               coalesce(t.refused_before, 0) as refused_before
        from vigie.access_sources s
        full join tallied t on t.source = s.source
    ), exposed as (
        select coalesce(e.resource, e.route, 'unknown') as resource, sum(e.count) filter (where e.is_since) as count,
               max(e.occurred_at) filter (where e.is_since) as last_at, bool_or(not e.is_since) as was_before
        from event e
        where e.event = 'anon_data_read'
        group by 1
        having bool_or(e.is_since)
        order by 4, 3 desc, 1
        limit 200
    )
    select jsonb_build_object(
        'at', now(),
        'kept_since', kept_since,
        'is_used', exists (select from vigie.access_sources) or exists (select from vigie.access_events)
                   or exists (select from vigie.access_seals),
        'sources', (select coalesce(jsonb_agg(to_jsonb(c) order by c.source), '[]') from compared c),
        'exposed', (
            select coalesce(jsonb_agg(to_jsonb(x) order by x.was_before, x.last_at desc, x.resource), '[]')
            from exposed x)
    ) into result;
    return result;
end
$$;
comment on function vigie.compare_accesses(timestamptz, timestamptz, bigint) is 'What a change came to, in numbers';

-- For the service.
create function vigie.access_change(since timestamptz, until timestamptz, baseline bigint) returns jsonb
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
    return vigie.compare_accesses(since, until, baseline);
comment on function vigie.access_change(timestamptz, timestamptz, bigint) is
    'What a change came to, in numbers, for the service';

-- For people. Definer rights: nobody of them reads the journal's rows.
create function vigie.access_change_for_person(since timestamptz, until timestamptz, baseline bigint) returns jsonb
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    if vigie.actor_role() is null then
        raise exception 'you have no role in Vigie' using errcode = 'PT403';
    end if;
    return vigie.compare_accesses(access_change_for_person.since, access_change_for_person.until,
                                  access_change_for_person.baseline);
end
$$;
comment on function vigie.access_change_for_person(timestamptz, timestamptz, bigint) is
    'What a change came to, in numbers, for people with a role';

revoke all on function vigie.compare_accesses(timestamptz, timestamptz, bigint) from public;
revoke all on function vigie.access_change(timestamptz, timestamptz, bigint) from public;
revoke all on function vigie.access_change_for_person(timestamptz, timestamptz, bigint) from public;
