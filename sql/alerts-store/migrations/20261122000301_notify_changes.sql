-- Whoever listens is told that something changed, at the end of the transaction and once for each. Not what: a channel
-- knows no Row Level Security, so that whoever hears it has to ask, under their own name.
create function vigie.notify_change() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_notify('vigie_changes', '');
    return null;
end
$$;
comment on function vigie.notify_change() is 'Tells those who listen to vigie_changes that something changed';
revoke all on function vigie.notify_change() from public;

create trigger alert_events_notify
    after insert on vigie.alert_events
    for each statement execute function vigie.notify_change();
-- Every run says how its checks stand, also where no alert changed.
create trigger runs_notify
    after insert on vigie.runs
    for each statement execute function vigie.notify_change();
