-- public.system_alerts, for screens that know the first version of this system: its columns, and its one update,
-- `status` set to ACK or RESOLVED by `id`. Installed on request, by the owner of the schema vigie, after the migrations
-- and the roles; running it again changes nothing.
--
-- It shows the alerts of every watched database: its columns have no room for a database's name, and leaving some out
-- would look as if nothing were wrong with them. What it shows, Row Level Security decides by who asks.
-- An update is decided by vigie.act_on_alert, and every refusal raises: PT403 not allowed, PT404 nothing of that kind
-- (or not for you), PT409 not now, PT422 no such status. Whatever else a client claims is ignored.

do $$
begin
    if to_regclass('public.system_alerts') is not null
       and obj_description(to_regclass('public.system_alerts'), 'pg_class')
           is distinct from 'Vigie: alerts as the first version showed them'
    then
        raise exception 'public.system_alerts is there and is not Vigie''s: rename or drop it first' using errcode = '42P07';
    end if;
end
$$;

create or replace view public.system_alerts with (security_invoker = true) as
select d.id, d.check_code, d.severity, d.entity_type, d.entity_id, d.message, d.payload, d.status,
       d.first_detected_at, d.last_detected_at, d.acknowledged_by, d.acknowledged_at, d.resolved_by, d.resolved_at,
       d.created_at, d.updated_at
from vigie.alert_details d;
comment on view public.system_alerts is 'Vigie: alerts as the first version showed them';

-- How many rows each running update of the view has changed; the innermost one last, since an update may run within
-- another. Local to the transaction, and taken back with whatever is rolled back. Two updates within one statement
-- count as one: PostgreSQL fires a statement's triggers once.
create or replace function vigie.begin_system_alerts_update() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform set_config('vigie.system_alerts_updated',
        (coalesce(nullif(current_setting('vigie.system_alerts_updated', true), ''), '{}')::integer[] || 0)::text, true);
    return null;
end
$$;

create or replace function vigie.update_system_alert() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    updated integer[] := nullif(current_setting('vigie.system_alerts_updated', true), '');
    door text := coalesce(current_setting('vigie.door', true), '');
begin
    perform set_config('vigie.door', 'view', true);
    if new.status = 'ACK' then
        perform vigie.act_on_alert(old.id, 'ack');
    elsif new.status = 'RESOLVED' then
        perform vigie.act_on_alert(old.id, 'resolve', '{"comment": "via public.system_alerts"}');
    elsif new.status = 'OPEN' then
        raise exception 'status may become ACK or RESOLVED here, not OPEN' using errcode = 'PT409';
    else
        raise exception 'may become ACK or RESOLVED' using errcode = 'PT422', detail = 'status';
    end if;
    perform set_config('vigie.door', door, true);
    updated[cardinality(updated)] := updated[cardinality(updated)] + 1;
    perform set_config('vigie.system_alerts_updated', updated::text, true);
    -- as it is now, not as the client would have it
    select s.* into new from public.system_alerts s where s.id = old.id;
    return new;
end
$$;

create or replace function vigie.end_system_alerts_update() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    updated integer[] := nullif(current_setting('vigie.system_alerts_updated', true), '');
begin
    perform set_config('vigie.system_alerts_updated', trim_array(updated, 1)::text, true);
    if updated[cardinality(updated)] = 0 then
        raise exception 'no such alert' using errcode = 'PT404';
    end if;
    return null;
end
$$;

create or replace trigger system_alerts_begin
    before update on public.system_alerts
    for each statement execute function vigie.begin_system_alerts_update();
create or replace trigger system_alerts_update
    instead of update on public.system_alerts
    for each row execute function vigie.update_system_alert();
create or replace trigger system_alerts_end
    after update on public.system_alerts
    for each statement execute function vigie.end_system_alerts_update();

-- Default privileges of the host may have given what was just created to anybody.
do $$
declare
    gift record;
begin
    for gift in
        select distinct 'table public.system_alerts' as object, g.grantee
        from pg_catalog.pg_class c
        cross join lateral aclexplode(c.relacl) g
        where c.oid = 'public.system_alerts'::regclass and g.grantee <> c.relowner
        union
        select distinct 'function ' || p.oid::regprocedure, g.grantee
        from pg_catalog.pg_proc p
        cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
        where p.oid in ('vigie.begin_system_alerts_update()'::regprocedure, 'vigie.update_system_alert()'::regprocedure,
                        'vigie.end_system_alerts_update()'::regprocedure)
          and g.grantee <> p.proowner
    loop
        execute format('revoke all on %s from %s', gift.object,
                       case gift.grantee when 0 then 'public' else gift.grantee::regrole::text end);
    end loop;
end
$$;
grant select, update on public.system_alerts to authenticated;
