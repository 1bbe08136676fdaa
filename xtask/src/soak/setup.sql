-- What the soak watches, and what it remembers of it to judge by: a history of its own, that Vigie neither writes nor
-- reads.
create table public.tanks (name text primary key, level integer not null);
create table public.valves (name text primary key, level integer not null);
create table public.meters (name text primary key, level integer not null);

create schema soak;

-- Every change of the business. It was made visible after began_at, and before settled_at, which is written later: as
-- long as that is null, nobody knows who saw it.
create table soak.changes (
    id         bigint generated always as identity primary key,
    code       text not null,
    name       text not null,
    level      integer, -- null: the row is gone
    began_at   timestamptz not null default clock_timestamp(),
    settled_at timestamptz
);
create index on soak.changes (code, name, id);

create function soak.remember() returns trigger language plpgsql as $$
begin
    -- The argument: a table that is renamed for a while is still the same source.
    if tg_op = 'DELETE' then
        insert into soak.changes (code, name) values (tg_argv[0], old.name);
    else
        insert into soak.changes (code, name, level) values (tg_argv[0], new.name, new.level);
    end if;
    return null;
end
$$;
create trigger remember after insert or update or delete on public.tanks
    for each row execute function soak.remember('TANK_OVER');
create trigger remember after insert or update or delete on public.valves
    for each row execute function soak.remember('VALVE_OVER');
create trigger remember after insert or update or delete on public.meters
    for each row execute function soak.remember('METER_OVER');

-- What a snapshot of this instant must have shown: true an anomaly, false none, null when it may have been either.
-- Vigie reads the clock just after it has taken the snapshot, so what settled just before is not certain.
create function soak.was_anomaly(code text, name text, at timestamptz) returns boolean language sql stable as $$
    with last as (
        select c.id, c.level
        from soak.changes c
        where c.code = $1 and c.name = $2 and c.settled_at < $3 - interval '100 ms'
        order by c.id desc
        limit 1
    ), possible as (
        select coalesce((select l.level from last l), 0) >= 10 as is_anomaly
        union all
        select coalesce(c.level, 0) >= 10
        from soak.changes c
        where c.code = $1 and c.name = $2 and c.began_at <= $3 and c.id > coalesce((select l.id from last l), 0)
    )
    select case when bool_and(is_anomaly) then true when not bool_or(is_anomaly) then false end from possible
$$;

-- Times in which the soak kept a check from proving anything.
create table soak.windows (
    code     text not null,
    kind     text not null check (kind in ('away', 'empty', 'mass')),
    began_at timestamptz not null,
    ended_at timestamptz -- of a mass clear: none, the second showing counts
);

-- What people did, as they remember it: the answer is DONE, REFUSED, or UNKNOWN where the connection was cut.
create table soak.acts (
    request_id uuid primary key,
    alert_id   uuid not null,
    answer     text not null check (answer in ('DONE', 'REFUSED', 'UNKNOWN'))
);
