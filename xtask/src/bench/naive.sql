-- What the first version of this system did, for comparison: one table of alerts, one view over all checks
-- (naive.v_integrity_checks, which the bench makes of the checks' own SQL), and a job that writes everything it sees,
-- then looks a second time to resolve what it does not see. Each part below is run by itself.

--- table
create schema naive;
create table naive.system_alerts (
    id                uuid primary key default gen_random_uuid(),
    check_code        text not null,
    severity          text not null,
    entity_type       text not null,
    entity_id         text not null,
    message           text not null,
    payload           jsonb not null,
    status            text not null default 'OPEN',
    first_detected_at timestamptz not null default now(),
    last_detected_at  timestamptz not null default now(),
    acknowledged_by   text,
    acknowledged_at   timestamptz,
    resolved_by       text,
    resolved_at       timestamptz,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    unique (check_code, entity_type, entity_id)
);
create index on naive.system_alerts (status, severity);

--- upsert
insert into naive.system_alerts as a (check_code, severity, entity_type, entity_id, message, payload)
select v.check_code, v.severity, v.entity_type, v.entity_id, v.message, v.payload
from naive.v_integrity_checks as v
on conflict (check_code, entity_type, entity_id) do update
set severity = excluded.severity,
    message = excluded.message,
    payload = excluded.payload,
    last_detected_at = now(),
    updated_at = now(),
    status = case when a.status = 'RESOLVED' then 'OPEN' else a.status end,
    acknowledged_by = case when a.status = 'RESOLVED' then null else a.acknowledged_by end,
    acknowledged_at = case when a.status = 'RESOLVED' then null else a.acknowledged_at end,
    resolved_by = null,
    resolved_at = null;

--- resolve
update naive.system_alerts as a
set status = 'RESOLVED', resolved_at = now(), updated_at = now()
where a.status in ('OPEN', 'ACK')
  and not exists (
      select from naive.v_integrity_checks as v
      where v.check_code = a.check_code
        and v.entity_type = a.entity_type
        and v.entity_id = a.entity_id
  );
