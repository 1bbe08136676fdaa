-- Lets months begin and end: the current one and the two after it are there before anybody needs them, and those that are
-- wholly past the retention go, each with its salt. One that somebody still reads stays for now, with its salt, and is said
-- to be overdue; what was begun stays begun. Where nothing is due, nothing is written or locked.
create function vigie.access_roll_partitions(
    retention interval, out made integer, out dropped integer, out overdue integer
) returns record
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    -- Whoever reads the journal for long is not waited for, since everybody who records would wait too: the next run is soon.
    set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
    this_month date := date_trunc('month', clock_timestamp())::date;
    oldest timestamptz := clock_timestamp() - access_roll_partitions.retention;
    month date;
    due date;
begin
    made := 0;
    dropped := 0;
    overdue := 0;
    if not coalesce(access_roll_partitions.retention between interval '30 days' and interval '365 days', false) then
        raise exception 'events are kept for 30 to 365 days' using errcode = 'PT422', detail = 'retention';
    end if;
    update vigie.access_retention r set retention = access_roll_partitions.retention, set_at = clock_timestamp()
    where r.retention <> access_roll_partitions.retention;

    for month in
        select (this_month + months * interval '1 month')::date from generate_series(0, 2) as months
        except
        select k.month from vigie.access_keys k
        order by 1
    loop
        made := made + vigie.begin_access_month(month)::integer;
    end loop;

    if not exists (
        select from vigie.access_keys k
        where k.salt is not null and (k.month + interval '1 month')::timestamptz <= oldest
    ) then
        return;
    end if;
    -- One after the other, as whoever begins a month.
    perform pg_advisory_xact_lock(hashtextextended('vigie.access_keys', 0));
    for due in
        select k.month from vigie.access_keys k
        where k.salt is not null and (k.month + interval '1 month')::timestamptz <= oldest
        order by k.month
    loop
        -- A reader of one is mostly a reader of all: after the first that cannot go, nobody is kept waiting for another.
        if overdue > 0 then
            overdue := overdue + 1;
            continue;
        end if;
        begin
            update vigie.access_keys k
            set salt = null, key_check = null, destroyed_at = clock_timestamp(), destroyed_under = access_roll_partitions.retention
            where k.month = due;
            -- What is being recorded is waited for; it goes too.
            execute format('drop table if exists vigie.%I', 'access_events_' || to_char(due, 'YYYYMM'));
            dropped := dropped + 1;
        exception when lock_not_available or deadlock_detected then
            overdue := overdue + 1;
        end;
    end loop;
end
$$;
comment on function vigie.access_roll_partitions(interval) is
    'Lets the months of the journal begin and end; events are kept for so long';

-- What a reader sees: no order of recording, and nothing that seals and re-reading need. Whoever reads it reads as themselves.
create view vigie.access_log with (security_invoker = true) as
select
    e.occurred_at,
    e.recorded_at,
    e.source,
    e.event,
    e.outcome,
    e.severity,
    e.status,
    e.error_code,
    e.method,
    e.route,
    e.resource,
    e.actor_id,
    e.actor_role,
    encode(e.account_hash, 'hex') as account_hash,
    encode(e.address_hash, 'hex') as address_hash,
    e.is_allowed,
    e.country,
    e.as_number,
    e.user_agent_family,
    e.client_release,
    e.request_id,
    e.rows_returned,
    e.count
from vigie.access_events e;
comment on view vigie.access_log is 'The journal of accesses, for those who may read it';

revoke all on function vigie.access_roll_partitions(interval) from public;
revoke all on vigie.access_log from public;
