-- How long events are kept: one row, since whoever records must know it too.
create table vigie.access_retention (
    is_only   boolean not null default true,
    retention interval not null default '180 days',
    set_at    timestamptz not null default clock_timestamp(),
    constraint access_retention_pkey primary key (is_only),
    constraint access_retention_is_only_check check (is_only),
    constraint access_retention_retention_check check (retention between '30 days' and '365 days')
);
comment on table vigie.access_retention is 'How long events of accesses are kept';
alter table vigie.access_retention enable row level security;
insert into vigie.access_retention default values;

-- Begins a month: its salt, and the partition of its events. A month that was begun is left as it is, destroyed or not, and
-- false is returned. Called by functions that decide whether the month may begin.
create function vigie.begin_access_month(month date) returns boolean
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    partition text := 'access_events_' || to_char(begin_access_month.month, 'YYYYMM');
    next_month date := (begin_access_month.month + interval '1 month')::date;
    stranger record;
begin
    -- One after the other; whoever comes second finds it begun.
    perform pg_advisory_xact_lock(hashtextextended('vigie.access_keys', 0));
    -- 244 bits made by chance.
    insert into vigie.access_keys (month, salt)
    values (begin_access_month.month,
            sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())))
    on conflict on constraint access_keys_pkey do nothing;
    if not found then
        return false;
    end if;

    -- Made by itself and then attached, since that keeps nobody from reading and recording.
    execute format('create table vigie.%I (like vigie.access_events including all)', partition);
    execute format('alter table vigie.%I enable row level security', partition);
    -- Statements that name the partition itself pass by the triggers of the whole table.
    execute format('create trigger access_events_append_only before update or delete or truncate on vigie.%I '
                   'for each statement execute function vigie.refuse_access_change()', partition);
    -- A host may give everything new to its own roles by default, and close_schema.sql has been run long ago.
    for stranger in
        select distinct a.grantee, r.rolname
        from pg_class c, aclexplode(c.relacl) a
        left join pg_roles r on r.oid = a.grantee
        where c.oid = to_regclass(format('vigie.%I', partition)) and a.grantee <> c.relowner
    loop
        execute format('revoke all on vigie.%I from %s', partition,
                       case stranger.grantee when 0 then 'public' else quote_ident(stranger.rolname) end);
    end loop;
    -- Whole months by UTC, whatever the session's zone.
    execute format('alter table vigie.access_events attach partition vigie.%I for values from (%L) to (%L)', partition,
                   to_char(begin_access_month.month, 'YYYY-MM-DD') || ' 00:00:00+00',
                   to_char(next_month, 'YYYY-MM-DD') || ' 00:00:00+00');
    return true;
end
$$;
comment on function vigie.begin_access_month(date) is 'Makes the salt of a month and the partition of its events';

-- The salt that the pseudonyms of a month are made with, made where there is none yet. Null for a month that is not kept
-- any more, and for one that is still to come. key_check tells with which secret whoever asks makes them, null with none:
-- the first secret is the month's, and whoever has another one, or none any more, is refused, for a client would have two
-- pseudonyms.
create function vigie.access_salt(month date, key_check bytea default null) returns bytea
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    salt bytea;
    known_by bytea;
    begins timestamptz := access_salt.month::timestamp at time zone 'UTC';
    ends timestamptz := (access_salt.month + interval '1 month') at time zone 'UTC';
begin
    if access_salt.month is null or not isfinite(access_salt.month) or extract(day from access_salt.month) <> 1 then
        raise exception 'a month is named by its first day' using errcode = 'PT422', detail = 'month';
    end if;
    -- Clocks differ by minutes.
    if begins > clock_timestamp() + interval '5 minutes'
       or ends <= clock_timestamp() - (select r.retention from vigie.access_retention r) then
        return null;
    end if;
    select k.salt into salt from vigie.access_keys k where k.month = access_salt.month;
    if not found then
        perform vigie.begin_access_month(access_salt.month);
        select k.salt into salt from vigie.access_keys k where k.month = access_salt.month;
    end if;
    if salt is null then
        return null;
    end if;

    -- Of several at once the first is waited for. A secret may come later than the first events; it never goes.
    update vigie.access_keys k
    set key_check = access_salt.key_check,
        bare_at = case when access_salt.key_check is null then clock_timestamp() else k.bare_at end
    where k.month = access_salt.month and k.key_check is null
      and (access_salt.key_check is not null or k.bare_at is null);
    select k.key_check into known_by from vigie.access_keys k where k.month = access_salt.month;
    if known_by is distinct from access_salt.key_check then
        raise exception 'the pseudonyms of % are made with %: give it VIGIE_ACCESS_KEY, or access.key_file, as whatever '
                        'else records accesses has it',
                        to_char(access_salt.month, 'YYYY-MM'),
                        case when access_salt.key_check is null then 'a secret, and this program has none'
                             else 'another secret than this program''s' end
            using errcode = 'PT409', constraint = 'access_keys_key_check';
    end if;
    return salt;
end
$$;
comment on function vigie.access_salt(date, bytea) is 'What the pseudonyms of a month are made with, for whoever records';

-- With which secrets the pseudonyms of months that are kept are made: what may be known of it without a salt.
create function vigie.access_keyed() returns table (month date, key_check bytea, is_bare boolean)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
as $$
    select k.month, k.key_check, k.bare_at is not null
    from vigie.access_keys k
    where k.salt is not null and (k.key_check is not null or k.bare_at is not null)
    order by k.month
$$;
comment on function vigie.access_keyed() is 'With which secrets the pseudonyms of each month are made, and whether with none';

-- The one way events are recorded: all of them, but for those that are known. All that are refused stand in DETAIL, by their
-- places, so that whoever records can leave them out at once.
create function vigie.record_access(events jsonb, out added bigint, out known bigint) returns record
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    -- of times without a zone, which programs do not write
    set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    oldest timestamptz;
    newest timestamptz := clock_timestamp() + interval '5 minutes';
    refused record;
begin
    -- Whoever drops a month has done so before the keys are looked at, or waits until all is recorded.
    lock table only vigie.access_events in row exclusive mode;
    select clock_timestamp() - r.retention into strict oldest from vigie.access_retention r;

    select string_agg((r.at - 1)::text, ', ' order by r.at) as places, string_agg(distinct r.reason, '; ') as reasons
    into refused
    from (
        select given.at, case when t.occurred_at is null then 'says not when it occurred'
                              when t.occurred_at > newest then 'is in the future'
                              when t.occurred_at < oldest then 'is older than what is kept'
                              else 'is of a month whose key was never made, or is destroyed' end as reason
        from jsonb_array_elements(record_access.events) with ordinality as given(event, at)
        cross join lateral (select (given.event ->> 'occurred_at')::timestamptz) as t(occurred_at)
        left join vigie.access_keys k on k.month = date_trunc('month', t.occurred_at)::date
        where coalesce(t.occurred_at > newest or t.occurred_at < oldest or k.salt is null, true)
    ) as r;
    if refused.places is not null then
        raise exception '%', refused.reasons
            using errcode = 'PT422', detail = format('events[%s].occurred_at', refused.places);
    end if;

    -- In one order, whoever records: so that two who record the same wait for each other, and not each for the other.
    insert into vigie.access_events (occurred_at, source, event, outcome, severity, status, error_code, method, route,
        resource, actor_id, actor_role, account_hash, account_hash_before, address_hash, address_hash_before, is_allowed,
        country, as_number, user_agent_family, client_release, request_id, rows_returned, count, dedup_key)
    select e.occurred_at, e.source, e.event, e.outcome, e.severity, e.status, e.error_code, e.method, e.route,
        e.resource, e.actor_id, e.actor_role, decode(e.account_hash, 'hex'), decode(e.account_hash_before, 'hex'),
        decode(e.address_hash, 'hex'), decode(e.address_hash_before, 'hex'), e.is_allowed, e.country, e.as_number,
        e.user_agent_family, e.client_release, e.request_id, e.rows_returned, e.count, e.dedup_key
    from jsonb_to_recordset(record_access.events) as e(
        occurred_at timestamptz, source text, event text, outcome text, severity text, status smallint, error_code text,
        method text, route text, resource text, actor_id uuid, actor_role text, account_hash text,
        account_hash_before text, address_hash text, address_hash_before text, is_allowed boolean, country text,
        as_number bigint, user_agent_family text, client_release text, request_id text, rows_returned bigint,
        count integer, dedup_key text)
    order by e.occurred_at, e.source, e.dedup_key
    on conflict (source, dedup_key, occurred_at) do nothing;
    get diagnostics added = row_count;
    known := jsonb_array_length(record_access.events) - added;
end
$$;
comment on function vigie.record_access(jsonb) is 'The one way events of accesses are recorded';

-- That a source is heard now, by this server's clock, and what was lost of it. Numbers only ever grow. Of a stream, which is
-- read from its beginning each time, the numbers are those of all of it: what they are more than before is new.
create function vigie.access_heard(source text, seen bigint, bad bigint, dropped bigint, unjudged bigint, blind text,
                                   stream text) returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    most constant numeric := 9223372036854775807;
    wrong text := case when coalesce(access_heard.seen < 0, true) then 'seen'
                       when coalesce(access_heard.bad < 0, true) then 'bad'
                       when coalesce(access_heard.dropped < 0, true) then 'dropped'
                       when coalesce(access_heard.unjudged < 0, true) then 'unjudged' end;
    known record;
    new record;
begin
    if wrong is not null then
        raise exception 'a count is not negative' using errcode = 'PT422', detail = wrong;
    end if;
    -- Whoever else tells of this source waits here until all of this is written.
    insert into vigie.access_sources as s (source, blind)
    values (access_heard.source, access_heard.blind)
    on conflict on constraint access_sources_pkey do update set
        -- a clock that was ahead and went back does not silence for so long that nobody is heard
        heard_at = case when s.heard_at > excluded.heard_at + interval '5 minutes' then excluded.heard_at
                        else greatest(s.heard_at, excluded.heard_at) end,
        blind = excluded.blind;

    select coalesce(max(t.seen), 0) as seen, coalesce(max(t.bad), 0) as bad, coalesce(max(t.dropped), 0) as dropped,
           coalesce(max(t.unjudged), 0) as unjudged
    into strict known
    from vigie.access_streams t
    where t.source = access_heard.source and t.stream = access_heard.stream;
    select greatest(access_heard.seen - known.seen, 0) as seen, greatest(access_heard.bad - known.bad, 0) as bad,
           greatest(access_heard.dropped - known.dropped, 0) as dropped,
           greatest(access_heard.unjudged - known.unjudged, 0) as unjudged
    into strict new;
    if access_heard.stream is not null then
        insert into vigie.access_streams as t (source, stream, seen, bad, dropped, unjudged)
        values (access_heard.source, access_heard.stream, access_heard.seen, access_heard.bad, access_heard.dropped,
                access_heard.unjudged)
        on conflict on constraint access_streams_pkey do update set
            told_at = excluded.told_at, seen = greatest(t.seen, excluded.seen), bad = greatest(t.bad, excluded.bad),
            dropped = greatest(t.dropped, excluded.dropped), unjudged = greatest(t.unjudged, excluded.unjudged);
        -- a text that nobody has read for a month is read no more
        delete from vigie.access_streams t
        where t.source = access_heard.source and t.told_at < clock_timestamp() - interval '30 days';
    end if;

    update vigie.access_sources s set
        -- numbers that count on for years end where they cannot be told any more
        seen = least(s.seen::numeric + new.seen, most)::bigint,
        bad = least(s.bad::numeric + new.bad, most)::bigint,
        dropped = least(s.dropped::numeric + new.dropped, most)::bigint,
        unjudged = least(s.unjudged::numeric + new.unjudged, most)::bigint,
        dropped_at = case when new.dropped > 0 then clock_timestamp() else s.dropped_at end
    where s.source = access_heard.source;
    insert into vigie.access_hours as h (source, hour, seen, bad, dropped, unjudged)
    values (access_heard.source, date_trunc('hour', clock_timestamp()), new.seen, new.bad, new.dropped, new.unjudged)
    on conflict on constraint access_hours_pkey do update set
        seen = least(h.seen::numeric + excluded.seen, most)::bigint,
        bad = least(h.bad::numeric + excluded.bad, most)::bigint,
        dropped = least(h.dropped::numeric + excluded.dropped, most)::bigint,
        unjudged = least(h.unjudged::numeric + excluded.unjudged, most)::bigint;
    delete from vigie.access_hours h
    where h.source = access_heard.source and h.hour < clock_timestamp() - interval '26 hours';
end
$$;
comment on function vigie.access_heard(text, bigint, bigint, bigint, bigint, text, text) is
    'Says that a source of accesses is heard';

-- Relations that somebody anonymous should not read, as the last whole audit of each watched database names them: for those
-- who record, and may not read audits. One row for each database; without one, nobody knows.
create table vigie.access_sensitive (
    database   text not null,
    relations  text[] not null,
    audited_at timestamptz not null,
    told_at    timestamptz not null default clock_timestamp(),
    constraint access_sensitive_pkey primary key (database),
    constraint access_sensitive_database_check check (length(database) between 1 and 200),
    constraint access_sensitive_relations_check check (array_position(relations, null) is null)
);
comment on table vigie.access_sensitive is 'What the last audit of each database calls sensitive, for whoever records';
alter table vigie.access_sensitive enable row level security;

-- What an audit names takes the place of what an earlier one named; what comes late changes nothing.
create function vigie.tell_access_sensitive(database text, relations text[], audited_at timestamptz) returns void
    language sql volatile security definer
    set search_path = pg_catalog, pg_temp
as $$
    insert into vigie.access_sensitive as s (database, relations, audited_at)
    values ($1, $2, $3)
    on conflict on constraint access_sensitive_pkey do update set
        relations = excluded.relations, audited_at = excluded.audited_at, told_at = excluded.told_at
    where s.audited_at <= excluded.audited_at
$$;
comment on function vigie.tell_access_sensitive(text, text[], timestamptz) is 'Says what an audit calls sensitive';

-- No row where no audit has said.
create function vigie.access_sensitive(database text) returns table (relations text[], audited_at timestamptz)
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
as $$
    select s.relations, s.audited_at from vigie.access_sensitive s where s.database = $1
$$;
comment on function vigie.access_sensitive(text) is 'What the last audit calls sensitive, for whoever records';

revoke all on vigie.access_retention, vigie.access_sensitive from public;
revoke all on function vigie.tell_access_sensitive(text, text[], timestamptz) from public;
revoke all on function vigie.access_sensitive(text) from public;
revoke all on function vigie.begin_access_month(date) from public;
revoke all on function vigie.access_salt(date, bytea) from public;
revoke all on function vigie.access_keyed() from public;
revoke all on function vigie.record_access(jsonb) from public;
revoke all on function vigie.access_heard(text, bigint, bigint, bigint, bigint, text, text) from public;
