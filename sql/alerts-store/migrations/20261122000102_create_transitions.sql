-- What a person may do: one row for each act, role, severity and present status that go together.
-- `alerts-store/src/lifecycle/act.rs` says the same; a test compares the two cell by cell.
create table vigie.transitions (
    verb             text not null,
    role             text not null,
    severity         text not null,
    from_status      text not null,
    to_status        text not null,
    resolution       text,
    event            text not null,
    comment_required boolean not null,
    until            text not null,
    constraint transitions_pkey primary key (verb, role, severity, from_status),
    constraint transitions_until_check check (until in ('none', 'required', 'default'))
);
comment on table vigie.transitions is 'What a person may do to an alert, and what becomes of it';
alter table vigie.transitions enable row level security;

insert into vigie.transitions
select verb, role, severity, from_status, coalesce(to_status, from_status), resolution, event, comment_required, until
from (values
    ('ack',            '{OPEN}',              'ACK',      null,             'ACKNOWLEDGED',   false, 'none'),
    ('unack',          '{ACK}',               'OPEN',     null,             'UNACKNOWLEDGED', false, 'none'),
    ('resolve',        '{OPEN,ACK}',          'RESOLVED', 'FIXED',          'RESOLVED',       true,  'none'),
    ('accept',         '{OPEN,ACK}',          'RESOLVED', 'ACCEPTED',       'ACCEPTED',       true,  'required'),
    ('false_positive', '{OPEN,ACK}',          'RESOLVED', 'FALSE_POSITIVE', 'FALSE_POSITIVE', true,  'default'),
    ('comment',        '{OPEN,ACK,RESOLVED}', null,       null,             'COMMENTED',      true,  'none'),
    ('retire',         '{OPEN,ACK}',          'RESOLVED', 'RETIRED',        'RETIRED',        false, 'none')
) as act (verb, from_statuses, to_status, resolution, event, comment_required, until)
cross join unnest(act.from_statuses::text[]) as from_status
cross join unnest('{INFO,WARN,CRITICAL}'::text[]) as severity
cross join unnest('{admin,directeur}'::text[]) as role
where role = 'admin' or not (verb = 'retire' or (verb = 'accept' and severity = 'CRITICAL'));

revoke all on vigie.transitions from public;
