-- The one way a person changes an alert. Decides by vigie.transitions and by who is signed in; every refusal
-- raises, so that nothing changed can never look like done. The codes are those PostgREST turns into a status:
-- PT403 not allowed, PT404 no such alert, PT409 not now, PT422 badly asked (the field in DETAIL).
create function vigie.act_on_alert(
    id uuid, verb text, args jsonb default '{}', expected_version integer default null, request_id uuid default null
) returns table (replayed boolean, version integer)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    max_suppression constant interval := '180 days';
    me text := vigie.actor_id();
    my_role text := vigie.actor_role();
    comment text := nullif(btrim(act_on_alert.args ->> 'comment', E' \t\n\v\f\r'), '');
    until timestamptz;
    now timestamptz;
    alert vigie.alerts;
    step vigie.transitions;
    earlier vigie.alert_events;
    changes jsonb;
begin
    if my_role is null or not exists (
        select from vigie.transitions t where t.verb = act_on_alert.verb and t.role = my_role
    ) then
        if my_role = 'admin' then
            raise exception 'unknown verb' using errcode = 'PT422', detail = 'verb';
        end if;
        raise exception 'your role may not do this' using errcode = 'PT403';
    end if;

    select * into alert from vigie.alerts a where a.id = act_on_alert.id for update;
    if not found then
        raise exception 'no such alert' using errcode = 'PT404';
    end if;
    now := clock_timestamp();

    if act_on_alert.request_id is not null then
        select * into earlier from vigie.alert_events e where e.request_id = act_on_alert.request_id;
        if found then
            if earlier.alert_id = alert.id and earlier.actor = me
               and earlier.diff ->> 'verb' = act_on_alert.verb and earlier.diff -> 'args' = act_on_alert.args then
                return query select true, alert.version;
                return;
            end if;
            raise exception 'was used for another act' using errcode = 'PT422', detail = 'request_id';
        end if;
    end if;

    if not exists (
        select from vigie.transitions t
        where t.verb = act_on_alert.verb and t.role = my_role and t.severity = alert.severity
    ) then
        raise exception 'your role may not do this to a % alert', alert.severity using errcode = 'PT403';
    end if;
    if act_on_alert.expected_version is not null and act_on_alert.expected_version <> alert.version then
        raise exception 'the alert has changed since' using errcode = 'PT409';
    end if;
    select * into step from vigie.transitions t
    where t.verb = act_on_alert.verb and t.role = my_role and t.severity = alert.severity
      and t.from_status = alert.status;
    if not found then
        raise exception 'not possible while the alert is %', alert.status using errcode = 'PT409';
    end if;

    if jsonb_typeof(act_on_alert.args) is distinct from 'object'
       or exists (select from jsonb_each(act_on_alert.args) a
                  where a.key not in ('comment', 'until') or jsonb_typeof(a.value) <> 'string') then
        raise exception 'only "comment" and "until" are known, both text' using errcode = 'PT422', detail = 'args';
    end if;
    if step.comment_required and comment is null then
        raise exception 'is required' using errcode = 'PT422', detail = 'comment';
    end if;
    if length(comment) > 4000 then
        raise exception 'at most 4000 characters' using errcode = 'PT422', detail = 'comment';
    end if;
    if step.until = 'none' and act_on_alert.args ? 'until' then
        raise exception 'does not go with this act' using errcode = 'PT422', detail = 'until';
    end if;
    if step.until <> 'none' then
        if not act_on_alert.args ? 'until' then
            if step.until = 'required' then
                raise exception 'is required' using errcode = 'PT422', detail = 'until';
            end if;
            until := now + interval '30 days';
        else
            begin
                until := (act_on_alert.args ->> 'until')::timestamptz;
            exception when data_exception then
                raise exception 'is not a date' using errcode = 'PT422', detail = 'until';
            end;
        end if;
        if until <= now or until > now + max_suppression then
            raise exception 'must be in the future, at most 180 days away' using errcode = 'PT422', detail = 'until';
        end if;
    end if;

    changes := case act_on_alert.verb
        when 'ack' then jsonb_build_object('acknowledged_by', me, 'acknowledged_at', now)
        when 'unack' then jsonb_build_object('acknowledged_by', null, 'acknowledged_at', null)
        when 'comment' then '{}'
        else jsonb_build_object('resolution', step.resolution, 'resolved_by', me, 'resolved_at', now)
    end;
    if act_on_alert.verb <> 'comment' then
        changes := changes || jsonb_build_object('status', step.to_status, 'acted_at', now);
    end if;
    if act_on_alert.verb = 'resolve' and alert.condition = 'ABSENT' then
        changes := changes || jsonb_build_object('verified_at', now);
    end if;
    if step.until <> 'none' then
        changes := changes || jsonb_build_object('accepted_until', until, 'accepted',
            jsonb_build_object('severity', alert.severity, 'payload', alert.payload));
    end if;
    if act_on_alert.verb = 'retire' then
        changes := changes || jsonb_build_object('condition', 'ABSENT', 'missing_count', 0);
    end if;

    perform vigie.record_events(me, act_on_alert.request_id, now, array[alert.id], array[step.event], array[
        jsonb_build_object('verb', act_on_alert.verb, 'args', act_on_alert.args, 'set', changes)]);
    return query select false, alert.version + 1;
end
$$;
comment on function vigie.act_on_alert(uuid, text, jsonb, integer, uuid)
    is 'The one way a person changes an alert: ack, unack, resolve, accept, false_positive, comment, retire';
revoke all on function vigie.act_on_alert(uuid, text, jsonb, integer, uuid) from public;
