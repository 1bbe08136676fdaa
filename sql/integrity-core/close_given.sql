-- After a case's own statements: whether the transaction is still the one that was opened.
select coalesce(pg_catalog.pg_current_xact_id_if_assigned()::text, '')
