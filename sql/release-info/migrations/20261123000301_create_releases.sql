-- What was released where, event by event.
do $$
begin
    if to_regprocedure('vigie.actor_role()') is null then
        raise exception 'the migrations of integrity-core come first: vigie.actor_role() is missing';
    end if;
end
$$;

-- One row for each release at each place; what it is follows from its events.
create table vigie.releases (
    environment      text not null,
    target           text not null,
    release          text not null,
    package          text not null,
    stage            text not null,
    provider_version text,
    min_schema       bigint,
    max_schema       bigint,
    manifest_sha256  text,
    returns_to       text,
    started_at       timestamptz not null,
    deployed_at      timestamptz,
    verified_at      timestamptz,
    changed_at       timestamptz not null,
    last_event       bigint not null,
    constraint releases_pkey primary key (environment, target, release),
    constraint releases_last_event_key unique (last_event),
    constraint releases_environment_check check (environment in ('production', 'staging', 'test', 'development')),
    constraint releases_target_check check (target ~ '^[a-z][a-z0-9-]{0,39}$'),
    -- a package, a semantic version and a commit; a commit that is not known is never clean
    constraint releases_release_check check (
        release ~ ('^[a-z][a-z0-9-]{1,38}[a-z0-9]@(0|[1-9][0-9]{0,18})[.](0|[1-9][0-9]{0,18})[.](0|[1-9][0-9]{0,18})'
            '(-(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)([.](0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?'
            '[+][0-9a-f]{12}([.]dirty)?$')
        and release not like '%+000000000000' and length(release) <= 200),
    -- where people rely on it, nothing runs that was not committed
    constraint releases_clean_check check (environment not in ('production', 'staging') or release not like '%.dirty'),
    constraint releases_package_check check (package = split_part(release, '@', 1)),
    constraint releases_stage_check check (stage in (
        'started', 'deployed', 'verified', 'refuted', 'promoted', 'failed', 'rolling_back', 'rolled_back', 'replaced')),
    constraint releases_schema_check check (
        (min_schema is null) = (max_schema is null) and (min_schema is null or min_schema <= max_schema)),
    constraint releases_manifest_check check (manifest_sha256 ~ '^[0-9a-f]{64}$'),
    constraint releases_returns_to_fkey foreign key (environment, target, returns_to)
        references vigie.releases (environment, target, release)
);
comment on table vigie.releases is 'The present state of every release at every place';
create unique index releases_one_live_key on vigie.releases (environment, target)
    where stage in ('deployed', 'verified', 'refuted', 'promoted', 'rolling_back');
create unique index releases_one_open_key on vigie.releases (environment, target)
    where stage in ('started', 'rolling_back');
alter table vigie.releases enable row level security;

create table vigie.release_events (
    id               bigint generated always as identity,
    environment      text not null,
    target           text not null,
    release          text not null,
    kind             text not null,
    returns_to       text,
    provider_version text,
    min_schema       bigint,
    max_schema       bigint,
    manifest_sha256  text,
    reason           text,
    evidence         jsonb,
    key              text,
    actor            text,
    at               timestamptz not null,
    constraint release_events_pkey primary key (id),
    constraint release_events_key_key unique (key),
    -- the event is written first, and the release follows in the same transaction
    constraint release_events_release_fkey foreign key (environment, target, release)
        references vigie.releases (environment, target, release) deferrable initially deferred,
    constraint release_events_kind_check check (kind in (
        'started', 'deployed', 'verify_passed', 'verify_failed', 'verify_inconclusive', 'promoted', 'failed',
        'rollback_started', 'rolled_back', 'rollback_verified', 'drill_passed', 'drill_failed', 'note')),
    constraint release_events_returns_to_check check (kind <> 'rollback_started' or returns_to is not null),
    constraint release_events_facts_check check (
        kind in ('started', 'deployed')
        or (min_schema is null and max_schema is null and manifest_sha256 is null)),
    constraint release_events_provider_version_check check (length(provider_version) between 1 and 200),
    constraint release_events_reason_check check (length(reason) between 1 and 4000),
    -- proof is more than a word; what is deeper or larger than programs read could never be read back
    constraint release_events_evidence_check check (
        (evidence is not null or kind not in ('verify_passed', 'rollback_verified', 'drill_passed'))
        and (evidence is null
             or length(evidence::text) <= 262144
             and not jsonb_path_exists(evidence, 'strict $.**{100 to last}')
             and not jsonb_path_exists(evidence,
                 'strict $.** ? (@ > 1.7976931348623157e308 || @ < -1.7976931348623157e308)'))),
    constraint release_events_key_check check (length(key) between 1 and 200)
);
comment on table vigie.release_events is 'Everything that ever happened to a release; rows are added, never changed';
create index release_events_release_idx on vigie.release_events (release, id);
create index release_events_returns_to_idx on vigie.release_events (returns_to, id) where returns_to is not null;
create index release_events_drill_idx on vigie.release_events (environment, target, kind, id)
    where kind in ('drill_passed', 'drill_failed');
alter table vigie.release_events enable row level security;

create function vigie.refuse_release_change() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception '% on %.% is refused: its rows are added, never changed', tg_op, tg_table_schema, tg_table_name
        using errcode = '42501';
end
$$;
comment on function vigie.refuse_release_change() is 'Keeps what was recorded of releases as it is';
create trigger release_events_append_only
    before update or delete or truncate on vigie.release_events
    for each statement execute function vigie.refuse_release_change();

revoke all on vigie.releases, vigie.release_events from public;
revoke all on function vigie.refuse_release_change() from public;
