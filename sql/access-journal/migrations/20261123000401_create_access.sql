-- What was refused, what probes and what leaks: one row for each, or for several alike within seconds.
do $$
begin
    if to_regprocedure('vigie.actor_role()') is null then
        raise exception 'the migrations of integrity-core come first: vigie.actor_role() is missing';
    end if;
end
$$;

create sequence vigie.access_events_seq as bigint;

create table vigie.access_events (
    occurred_at         timestamptz not null,
    -- in the order in which rows were given a place; a row that was refused leaves a gap
    seq                 bigint not null default nextval('vigie.access_events_seq'),
    recorded_at         timestamptz not null default clock_timestamp(),
    -- by it is known when no earlier row can come any more
    xid                 xid8 not null default pg_current_xact_id(),
    source              text not null,
    event               text not null,
    outcome             text not null,
    severity            text not null,
    status              smallint,
    error_code          text,
    method              text,
    route               text,
    resource            text,
    actor_id            uuid,
    actor_role          text,
    account_hash        bytea,
    account_hash_before bytea,
    address_hash        bytea,
    address_hash_before bytea,
    is_allowed          boolean not null default false,
    country             text,
    as_number           bigint,
    user_agent_family   text,
    client_release      text,
    request_id          text,
    rows_returned       bigint,
    count               integer not null default 1,
    dedup_key           text not null,
    constraint access_events_pkey primary key (occurred_at, seq),
    constraint access_events_dedup_key unique (source, dedup_key, occurred_at),
    constraint access_events_source_check check (
        source in ('api', 'supabase_edge', 'supabase_auth', 'postgrest', 'nginx', 'postgres', 'app')),
    constraint access_events_event_check check (event in (
        'authn_login_success', 'authn_login_fail', 'authn_login_successafterfail', 'authn_token_invalid', 'authz_fail',
        'excess_rate_limit_exceeded', 'input_validation_fail', 'resource_enumeration', 'empty_sensitive_read',
        'anon_data_read', 'service_role_from_browser')),
    constraint access_events_outcome_check check (outcome in ('success', 'refused', 'empty', 'possible')),
    constraint access_events_severity_check check (severity in ('INFO', 'WARN', 'CRITICAL')),
    constraint access_events_status_check check (status between 100 and 599),
    constraint access_events_error_code_check check (error_code ~ '^[A-Za-z0-9_]{1,40}$'),
    constraint access_events_method_check check (method ~ '^[A-Z]{1,20}$'),
    -- a template never holds a query; words come without control characters
    constraint access_events_route_check check (length(route) between 1 and 200 and route !~ '[?#[:cntrl:]]'),
    constraint access_events_resource_check check (length(resource) between 1 and 200 and resource !~ '[[:cntrl:]]'),
    constraint access_events_actor_role_check check (actor_role ~ '^[A-Za-z0-9_-]{1,63}$'),
    constraint access_events_hash_check check (
        octet_length(account_hash) = 16 and octet_length(account_hash_before) = 16
        and octet_length(address_hash) = 16 and octet_length(address_hash_before) = 16),
    constraint access_events_country_check check (country ~ '^[A-Z]{2}$'),
    constraint access_events_as_number_check check (as_number between 0 and 4294967295),
    constraint access_events_user_agent_family_check check (user_agent_family ~ '^[A-Za-z0-9 ._-]{1,40}$'),
    constraint access_events_client_release_check check (
        length(client_release) between 1 and 200 and client_release !~ '[[:cntrl:]]'),
    constraint access_events_request_id_check check (request_id ~ '^[A-Za-z0-9_.:-]{1,100}$'),
    constraint access_events_rows_returned_check check (rows_returned >= 0),
    constraint access_events_count_check check (count > 0),
    constraint access_events_dedup_key_check check (
        length(dedup_key) between 1 and 200 and dedup_key !~ '[[:cntrl:]]')
) partition by range (occurred_at);
comment on table vigie.access_events is 'What was refused, what probes and what leaks; rows are added, never changed';
alter sequence vigie.access_events_seq owned by vigie.access_events.seq;
create index access_events_seq_idx on vigie.access_events (seq);
-- what was read late is found by it, and it costs next to nothing: rows are added in this order
create index access_events_recorded_at_idx on vigie.access_events using brin (recorded_at);
alter table vigie.access_events enable row level security;

-- What the pseudonyms of a month are made with. The salt goes with the month's events; the row stays, so that the month is
-- not begun anew.
create table vigie.access_keys (
    month           date not null,
    salt            bytea,
    made_at         timestamptz not null default clock_timestamp(),
    destroyed_at    timestamptz,
    -- how long events were kept then
    destroyed_under interval,
    -- by it the secret is known again that the month's keys are made with; null while nobody recorded with one
    key_check       bytea,
    -- since when some of its pseudonyms need no secret to be found out
    bare_at         timestamptz,
    constraint access_keys_pkey primary key (month),
    constraint access_keys_month_check check (extract(day from month) = 1),
    constraint access_keys_salt_check check (octet_length(salt) = 32),
    constraint access_keys_key_check_check check (octet_length(key_check) = 32),
    constraint access_keys_destroyed_check check ((salt is null) = (destroyed_at is not null))
);
comment on table vigie.access_keys is 'What the pseudonyms of each month are made with; destroyed with the month''s events';
alter table vigie.access_keys enable row level security;

-- Who is heard, whether or not anything happened.
create table vigie.access_sources (
    source     text not null,
    first_at   timestamptz not null default clock_timestamp(),
    heard_at   timestamptz not null default clock_timestamp(),
    seen       bigint not null default 0,
    bad        bigint not null default 0,
    dropped    bigint not null default 0,
    dropped_at timestamptz,
    unjudged   bigint not null default 0,
    blind      text,
    constraint access_sources_pkey primary key (source),
    constraint access_sources_source_check check (
        source in ('api', 'supabase_edge', 'supabase_auth', 'postgrest', 'nginx', 'postgres', 'app')),
    constraint access_sources_blind_check check (blind in ('no_relation', 'no_audit'))
);
comment on table vigie.access_sources is 'When each source was last heard, and what was lost of it';
alter table vigie.access_sources enable row level security;

-- What of it is of the last day, by the hour in which it was told.
create table vigie.access_hours (
    source   text not null,
    hour     timestamptz not null,
    seen     bigint not null,
    bad      bigint not null,
    dropped  bigint not null,
    unjudged bigint not null,
    constraint access_hours_pkey primary key (source, hour),
    constraint access_hours_source_fkey foreign key (source) references vigie.access_sources on delete cascade
);
comment on table vigie.access_hours is 'What was seen of each source in each hour of the last day, and what was lost of it';
alter table vigie.access_hours enable row level security;

-- How far each text was counted that is read from its beginning each time. Its name is a pseudonym, made with the key of a
-- month: a file's first line stands behind it.
create table vigie.access_streams (
    source   text not null,
    stream   text not null,
    told_at  timestamptz not null default clock_timestamp(),
    seen     bigint not null,
    bad      bigint not null,
    dropped  bigint not null,
    unjudged bigint not null,
    constraint access_streams_pkey primary key (source, stream),
    constraint access_streams_stream_check check (stream ~ '^[0-9a-f]{32}$'),
    constraint access_streams_source_fkey foreign key (source) references vigie.access_sources on delete cascade
);
comment on table vigie.access_streams is 'How far each text that is read again and again was counted';
alter table vigie.access_streams enable row level security;

-- All rows whose transactions were surely finished, counted and digested; each seal stands on the one before.
create table vigie.access_seals (
    id           bigint generated always as identity,
    generation   integer not null,
    -- rows whose xid is at least from_xid and less than to_xid
    from_xid     xid8 not null,
    to_xid       xid8 not null,
    sealed_at    timestamptz not null default clock_timestamp(),
    row_count    bigint not null,
    digest       bytea not null,
    previous     bytea,
    hash         bytea not null,
    constraint access_seals_pkey primary key (id),
    constraint access_seals_range_key unique (generation, from_xid),
    constraint access_seals_range_check check (from_xid < to_xid),
    constraint access_seals_row_count_check check (row_count >= 0),
    constraint access_seals_hash_check check (
        octet_length(digest) = 32 and octet_length(hash) = 32 and octet_length(previous) = 32)
);
comment on table vigie.access_seals is 'What shows whether rows of the journal were changed since';
alter table vigie.access_seals enable row level security;

create function vigie.refuse_access_change() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception '% on %.% is refused: its rows are added, never changed', tg_op, tg_table_schema, tg_table_name
        using errcode = '42501';
end
$$;
comment on function vigie.refuse_access_change() is 'Keeps what was recorded of accesses as it is';
create trigger access_events_append_only
    before update or delete or truncate on vigie.access_events
    for each statement execute function vigie.refuse_access_change();
create trigger access_seals_append_only
    before update or delete or truncate on vigie.access_seals
    for each statement execute function vigie.refuse_access_change();

revoke all on vigie.access_events, vigie.access_keys, vigie.access_sources, vigie.access_hours, vigie.access_streams,
    vigie.access_seals from public;
revoke all on sequence vigie.access_events_seq from public;
revoke all on function vigie.refuse_access_change() from public;
