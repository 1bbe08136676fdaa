-- One evaluation of a check at a time; released by the end of the transaction. Whatever somebody else holds is waited for
-- so long and no longer, here and later: the other checks have their turn.
with patience as materialized (select set_config('lock_timeout', '10s', true))
select pg_advisory_xact_lock(hashtextextended('vigie.apply ' || $1::text || ' ' || $2::text, 0)) from patience
