-- One act on every live alert of a check, all or nothing: how a database full of old anomalies is taken over, and how
-- a check is retired. Each alert is decided by vigie.act_on_alert, as the person who is signed in.
create function vigie.act_on_check(database text, code text, verb text, args jsonb default '{}') returns bigint
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '10s' -- an evaluation that hangs must not hold a person up for ever
as $$
#variable_conflict use_column
declare
    my_role text := vigie.actor_role();
    ids uuid[];
    acted bigint;
begin
    if my_role is null or not exists (
        select from vigie.transitions t where t.verb = act_on_check.verb and t.role = my_role
    ) then
        if my_role = 'admin' then
            raise exception 'unknown verb' using errcode = 'PT422', detail = 'verb';
        end if;
        raise exception 'your role may not do this' using errcode = 'PT403';
    end if;
    if not exists (
        select from vigie.transitions t where t.verb = act_on_check.verb and t.to_status = 'RESOLVED'
                                          and t.from_status <> 'RESOLVED'
    ) then
        raise exception 'a whole check is resolved, accepted, called a false positive or retired'
            using errcode = 'PT422', detail = 'verb';
    end if;

    -- One after the other with the evaluations of this check, or some of what one of them opens just now would be left
    -- out.
    perform pg_advisory_xact_lock(
        hashtextextended('vigie.apply ' || act_on_check.database || ' ' || act_on_check.code, 0));
    -- Held before the first is changed, in the order in which everybody holds several: nobody can come in between,
    -- and nobody waits in a circle.
    select array_agg(held.id) into ids
    from (
        select a.id
        from vigie.alerts a
        where a.database = act_on_check.database and a.check_code = act_on_check.code and a.status <> 'RESOLVED'
        order by a.id
        for update
    ) held;
    if ids is null then
        raise exception 'no live alert of this check' using errcode = 'PT404';
    end if;

    select count(*) into acted
    from unnest(ids) as one (id)
    cross join lateral vigie.act_on_alert(one.id, act_on_check.verb, act_on_check.args) as done;
    return acted;
end
$$;
comment on function vigie.act_on_check(text, text, text, jsonb)
    is 'The same act on every live alert of a check: resolve, accept, false_positive, retire';
revoke all on function vigie.act_on_check(text, text, text, jsonb) from public;
