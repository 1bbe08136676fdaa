-- A confirmation lets alerts clear without proof: only an admin gives one.
create or replace function vigie.confirm_check(database text, code text, comment text) returns uuid
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '10s' -- an evaluation that hangs must not hold a person up for ever
as $$
#variable_conflict use_column
declare
    my_role text := vigie.actor_role();
    said text := nullif(btrim(confirm_check.comment, E' \t\n\v\f\r'), '');
    confirmed_for constant interval := '24 hours'; -- the same as for those who apply an evaluation
    now timestamptz;
    state vigie.check_states;
    suspect vigie.alerts;
begin
    if my_role is distinct from 'admin' then
        raise exception 'your role may not do this' using errcode = 'PT403';
    end if;
    if said is null then
        raise exception 'is required' using errcode = 'PT422', detail = 'comment';
    end if;
    if length(said) > 4000 then
        raise exception 'at most 4000 characters' using errcode = 'PT422', detail = 'comment';
    end if;

    -- As for an evaluation that is applied: none can pass between the look and the confirmation.
    perform pg_advisory_xact_lock(
        hashtextextended('vigie.apply ' || confirm_check.database || ' ' || confirm_check.code, 0));
    select * into state
    from vigie.check_states s
    where s.database = confirm_check.database and s.check_code = confirm_check.code;
    if not found then
        raise exception 'no such check' using errcode = 'PT404';
    end if;
    select * into suspect
    from vigie.alerts a
    where a.database = confirm_check.database and a.check_code = 'CHECK_SUSPECT'
      and a.entity_type = 'CHECK' and a.entity_id = confirm_check.code
    for update;
    if not found or suspect.condition <> 'PRESENT' or state.suspicion is null then
        raise exception 'the check is not suspect' using errcode = 'PT409';
    end if;
    now := clock_timestamp();
    if now <= state.confirmed_at + confirmed_for then
        raise exception 'it was confirmed already; the next evaluation is believed' using errcode = 'PT409';
    end if;

    update vigie.check_states s
    set confirmed_at = now
    where s.database = confirm_check.database and s.check_code = confirm_check.code;
    perform vigie.record_events(vigie.actor_id(), null, now, array[suspect.id], array['CONFIRMED'], array[
        jsonb_build_object('verb', 'confirm', 'args', jsonb_build_object('comment', confirm_check.comment),
                           'set', '{}'::jsonb)]);
    return suspect.id;
end
$$;
