-- The name under which another connection can see what this transaction sees.
select pg_export_snapshot() as "snapshot!"
