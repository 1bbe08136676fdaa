-- One row for each anomaly ever seen; its whole life is in vigie.alert_events.
do $$
begin
    if to_regprocedure('vigie.actor_role()') is null then
        raise exception 'the migrations of integrity-core come first: vigie.actor_role() is missing';
    end if;
end
$$;

create table vigie.alerts (
    id                uuid not null,
    database          text not null,
    check_code        text not null,
    entity_type       text not null,
    entity_id         text not null,
    entity_label      text,
    scope             text,
    -- the condition: what the SQL says
    severity          text not null,
    message           text not null,
    payload           jsonb not null,
    content_hash      bytea not null,
    occurred_at       timestamptz,
    condition         text not null,
    missing_count     integer not null,
    first_detected_at timestamptz not null,
    last_detected_at  timestamptz not null,
    -- the workflow: what people do about it
    status            text not null,
    resolution        text,
    opened_at         timestamptz not null,
    due_at            timestamptz,
    breached_at       timestamptz,
    acknowledged_by   text,
    acknowledged_at   timestamptz,
    resolved_by       text,
    resolved_at       timestamptz,
    verified_at       timestamptz,
    accepted_until    timestamptz,
    accepted          jsonb,
    acted_at          timestamptz,
    reopen_count      integer not null,
    -- the book: derived from the events
    version           integer not null,
    last_hash         bytea not null,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,

    constraint alerts_pkey primary key (id),
    constraint alerts_identity_key unique (database, check_code, entity_type, entity_id),
    constraint alerts_severity_check check (severity in ('INFO', 'WARN', 'CRITICAL')),
    constraint alerts_status_check check (status in ('OPEN', 'ACK', 'RESOLVED')),
    constraint alerts_condition_check check (condition in ('PRESENT', 'MISSING', 'ABSENT')),
    constraint alerts_resolution_check check (
        resolution in ('CLEARED', 'FIXED', 'ACCEPTED', 'FALSE_POSITIVE', 'RETIRED')),
    constraint alerts_resolved_check check (
        (status = 'RESOLVED') = (resolution is not null) and (status = 'RESOLVED') = (resolved_at is not null)),
    -- the condition and the workflow may disagree only where a person said so
    constraint alerts_proof_check check (
        status <> 'RESOLVED' or condition = 'ABSENT'
        or resolution in ('ACCEPTED', 'FALSE_POSITIVE')
        or (resolution = 'FIXED' and verified_at is null)),
    constraint alerts_suppression_check check (
        resolution is null or resolution not in ('ACCEPTED', 'FALSE_POSITIVE') or accepted_until is not null),
    constraint alerts_ack_check check (status <> 'ACK' or acknowledged_at is not null),
    constraint alerts_payload_check check (jsonb_typeof(payload) = 'object'),
    constraint alerts_version_check check (version >= 1)
);
comment on table vigie.alerts is 'The present state of every anomaly ever seen';
create index alerts_present_idx on vigie.alerts (database, check_code) where condition <> 'ABSENT';
create index alerts_live_idx on vigie.alerts (severity, first_detected_at, id) where status <> 'RESOLVED';
create index alerts_due_idx on vigie.alerts (due_at) where breached_at is null;
create index alerts_accepted_idx on vigie.alerts (accepted_until);
alter table vigie.alerts enable row level security;

create table vigie.alert_events (
    alert_id   uuid not null,
    seq        integer not null,
    at         timestamptz not null,
    kind       text not null,
    actor      text,
    login      text not null,
    door       text not null,
    request_id uuid,
    diff       jsonb not null,
    hash       bytea not null,
    constraint alert_events_pkey primary key (alert_id, seq),
    constraint alert_events_alert_fkey foreign key (alert_id) references vigie.alerts (id),
    constraint alert_events_request_key unique (request_id),
    constraint alert_events_seq_check check (seq >= 1),
    constraint alert_events_door_check check (door in ('api', 'cli', 'view', 'sync'))
);
comment on table vigie.alert_events is 'Everything that ever happened to an alert; rows are added, never changed';
alter table vigie.alert_events enable row level security;

create function vigie.refuse_change() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception '% on %.% is refused: its rows are added, never changed', tg_op, tg_table_schema, tg_table_name
        using errcode = '42501';
end
$$;
create trigger alert_events_append_only
    before update or delete or truncate on vigie.alert_events
    for each statement execute function vigie.refuse_change();

-- How far each check has been applied, and how it stands.
create table vigie.check_states (
    database     text not null,
    check_code   text not null,
    seen_at      timestamptz not null,
    complete_at  timestamptz,
    outcome      text not null,
    reason       text not null,
    failures     integer not null,
    suspected_at timestamptz,
    constraint check_states_pkey primary key (database, check_code),
    constraint check_states_failures_check check (failures >= 0)
) with (fillfactor = 50); -- updated at every run: keeps the new version on the same page
comment on table vigie.check_states is 'The last applied snapshot of each check, and its outcome';
alter table vigie.check_states enable row level security;

-- The checks that a run knows of; those of packs that are not chosen are kept with active = false.
create table vigie.checks (
    database      text not null,
    code          text not null,
    pack          text not null,
    severity      text not null,
    title         jsonb not null,
    time_zone     text not null,
    every_seconds integer not null,
    enabled       boolean not null,
    proved        boolean not null,
    active        boolean not null,
    constraint checks_pkey primary key (database, code),
    constraint checks_severity_check check (severity in ('INFO', 'WARN', 'CRITICAL')),
    constraint checks_every_check check (every_seconds > 0)
);
comment on table vigie.checks is 'The checks that a run knows of';
alter table vigie.checks enable row level security;

create table vigie.runs (
    id          bigint generated always as identity,
    database    text not null,
    started_at  timestamptz not null,
    finished_at timestamptz not null,
    status      text not null,
    outcomes    jsonb not null,
    parameters  jsonb not null,
    constraint runs_pkey primary key (id),
    constraint runs_status_check check (status in ('OK', 'PARTIAL', 'FAILED'))
);
comment on table vigie.runs is 'One row for each run of the checks; kept 90 days';
create index runs_finished_idx on vigie.runs (finished_at);
alter table vigie.runs enable row level security;

-- What people read: a present alert was last seen when its check was last completely evaluated.
create view vigie.alert_details with (security_invoker = true) as
select
    a.id, a.database, a.check_code, a.entity_type, a.entity_id, a.entity_label, a.scope,
    a.severity, a.message, a.payload, a.content_hash, a.occurred_at, a.condition, a.missing_count,
    a.first_detected_at,
    case when a.condition = 'PRESENT' then greatest(a.last_detected_at, s.last_at) else a.last_detected_at end
        as last_detected_at,
    a.status, a.resolution, a.opened_at, a.due_at, a.breached_at,
    a.acknowledged_by, a.acknowledged_at, a.resolved_by, a.resolved_at, a.verified_at,
    a.accepted_until, a.accepted, a.acted_at, a.reopen_count, a.version, a.created_at, a.updated_at,
    -- ACK stops the clock of a WARN, only RESOLVED that of a CRITICAL
    coalesce(a.due_at <= now(), false) and (a.status = 'OPEN' or (a.status = 'ACK' and a.severity = 'CRITICAL'))
        as overdue
from vigie.alerts a
left join lateral (
    -- an alert about a check is as recent as the last look at that check
    select case when a.check_code in ('CHECK_FAILING', 'CHECK_SUSPECT') then s.seen_at else s.complete_at end as last_at
    from vigie.check_states s
    where s.database = a.database
      and s.check_code = case when a.check_code in ('CHECK_FAILING', 'CHECK_SUSPECT') then a.entity_id
                              else a.check_code end
) s on true;

revoke all on all tables in schema vigie from public;
revoke all on function vigie.refuse_change() from public;
