-- Moves checks on that have not moved since they were looked at, and tells the places of the others. Whoever changes a
-- check holds its lock (apply_lock.sql) until it is done: that one is left alone, so that nobody ever waits here, and a
-- row that has been changed is no longer the one that was looked at. Only what nobody should hold, an owner's own
-- transaction, is waited for, and not for long.
with patience as materialized (
    select set_config('lock_timeout', '1s', true)
), given as materialized (
    select g.database, g.code, g.seen_at, g.snapshot_at, g.place
    from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
         with ordinality as g (database, code, seen_at, snapshot_at, place)
), free as materialized (
    select g.*
    from patience, given g
    where pg_try_advisory_xact_lock(hashtextextended('vigie.apply ' || g.database || ' ' || g.code, 0))
), moved as (
    update vigie.check_states s
    set seen_at = f.snapshot_at, complete_at = f.snapshot_at
    from free f
    where s.database = f.database and s.check_code = f.code and s.seen_at = f.seen_at
    returning f.place
)
select g.place as "place!"
from given g
where not exists (select from moved m where m.place = g.place)
order by g.place
