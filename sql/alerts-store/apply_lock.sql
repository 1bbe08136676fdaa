-- One evaluation of a check at a time; released by the end of the transaction.
select pg_advisory_xact_lock(hashtextextended('vigie.apply ' || $1::text || ' ' || $2::text, 0))
