-- Since when nobody has run the checks: a silent service writes nothing, so somebody has to ask. A run that evaluated
-- nothing is silence too, and one that was asked for some checks only says nothing about the others.

-- The last run of one database is the end of one index; runs too old are its beginning.
drop index vigie.runs_finished_idx;
create index runs_database_idx on vigie.runs (database, finished_at);

-- Definer rights: whoever may ask gets the age that is true. Row Level Security would show a monitoring login, and a
-- signed-in person without a role, no run at all, and this would tell them a wrong number. So it asks who they are:
-- `authenticated` is given the right for members of Vigie only, anybody else has it under their own name.
create function vigie.sync_heartbeat(database text default 'main') returns interval
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    caller name := coalesce(nullif(current_setting('role'), 'none'), session_user);
    -- one of the future, after the clock was set back, would make silence look like news
    latest timestamptz := statement_timestamp() + interval '1 min';
begin
    if vigie.actor_role() is null and not exists (
        select from pg_proc p
        cross join lateral aclexplode(p.proacl) g
        where p.oid = 'vigie.sync_heartbeat(text)'::regprocedure and g.privilege_type = 'EXECUTE'
          and g.grantee not in (0, coalesce(to_regrole('authenticated'), 0)) and pg_has_role(caller, g.grantee, 'usage')
    ) then
        raise exception 'you have no role in Vigie; ask an administrator for one' using errcode = '42501';
    end if;
    return greatest(interval '0', statement_timestamp() - coalesce(
        (select max(r.finished_at) from vigie.runs r
         where r.database = sync_heartbeat.database and r.status <> 'FAILED' and not r.parameters ? 'only'
           and r.finished_at <= latest),
        -- runs are forgotten after 90 days
        (select max(s.complete_at) from vigie.check_states s
         where s.database = sync_heartbeat.database and s.complete_at <= latest),
        -- never: since there is anything to be silent about
        (select min(m.installed_on) from vigie.alerts_store_migrations m where m.installed_on <= latest),
        -- nobody knows: not lately
        'epoch'));
end
$$;
-- For a login that monitors: grant usage on schema vigie to it, and execute on this function.
comment on function vigie.sync_heartbeat(text) is 'How long ago the checks of a watched database were last run; never null';
revoke all on function vigie.sync_heartbeat(text) from public;
