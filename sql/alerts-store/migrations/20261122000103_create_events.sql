-- The one way an alert is written: what changes is an event, and the row is made of the same JSON.

create function vigie.event_hash(
    previous bytea, alert_id uuid, seq integer, at timestamptz, kind text, actor text, login text, door text,
    request_id uuid, diff jsonb
) returns bytea
    language sql stable
    set search_path = pg_catalog, pg_temp
as $$
    select sha256(previous || convert_to(
        jsonb_build_array(alert_id, seq,
                          case when isfinite(at) then (extract(epoch from at) * 1000000)::bigint end, kind, actor, login, door,
                          request_id, diff)::text, 'UTF8'))
$$;
comment on function vigie.event_hash(bytea, uuid, integer, timestamptz, text, text, text, text, uuid, jsonb)
    is 'Chains an event to the one before it';

create aggregate vigie.fold(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}');
comment on aggregate vigie.fold(jsonb) is 'Lays objects one over the other, the last on top';

-- Adds one event to each of the alerts and lays its diff -> 'set' over the row; an unknown id is a new alert.
create function vigie.record_events(
    actor text, request_id uuid, at timestamptz, ids uuid[], kinds text[], diffs jsonb[]
) returns void
    language sql volatile
    set search_path = pg_catalog, pg_temp
as $$
    with event as materialized (
        select i.id, i.kind, i.diff, a.id is null as is_new, coalesce(a.version, 0) + 1 as seq,
               coalesce(nullif(current_setting('vigie.door', true), ''), 'view') as door,
               coalesce(a.last_hash, ''::bytea) as previous
        from unnest(ids, kinds, diffs) as i (id, kind, diff)
        left join vigie.alerts a on a.id = i.id
    ), chained as materialized (
        select e.*, vigie.event_hash(e.previous, e.id, e.seq, $3, e.kind, $1, session_user::text, e.door, $2, e.diff)
               as hash
        from event e
    ), inserted as (
        insert into vigie.alerts
        select r.*
        from chained c
        cross join lateral jsonb_populate_record(null::vigie.alerts, c.diff -> 'set' || jsonb_build_object(
            'id', c.id, 'version', c.seq, 'last_hash', c.hash, 'created_at', $3, 'updated_at', $3)) r
        where c.is_new
    ), updated as (
        update vigie.alerts a
        set (entity_label, scope, severity, message, payload, content_hash, occurred_at, condition, missing_count,
             last_detected_at, status, resolution, opened_at, due_at, breached_at, acknowledged_by, acknowledged_at,
             resolved_by, resolved_at, verified_at, accepted_until, accepted, acted_at, reopen_count,
             version, last_hash, updated_at)
          = (select r.entity_label, r.scope, r.severity, r.message, r.payload, r.content_hash, r.occurred_at,
                    r.condition, r.missing_count, r.last_detected_at, r.status, r.resolution, r.opened_at, r.due_at,
                    r.breached_at, r.acknowledged_by, r.acknowledged_at, r.resolved_by, r.resolved_at,
                    r.verified_at, r.accepted_until, r.accepted, r.acted_at, r.reopen_count, c.seq, c.hash, $3
             from jsonb_populate_record(a, coalesce(c.diff -> 'set', '{}')) r)
        from chained c
        where a.id = c.id and not c.is_new
    )
    insert into vigie.alert_events (alert_id, seq, at, kind, actor, login, door, request_id, diff, hash)
    select c.id, c.seq, $3, c.kind, $1, session_user, c.door, $2, c.diff, c.hash
    from chained c
$$;
comment on function vigie.record_events(text, uuid, timestamptz, uuid[], text[], jsonb[])
    is 'Adds events and makes the alerts follow';

revoke all on function vigie.event_hash(bytea, uuid, integer, timestamptz, text, text, text, text, uuid, jsonb) from public;
revoke all on function vigie.fold(jsonb) from public;
revoke all on function vigie.record_events(text, uuid, timestamptz, uuid[], text[], jsonb[]) from public;
