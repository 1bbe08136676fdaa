-- Opens the transaction of a fixture's case. Sent through the simple protocol as superuser: rows that no foreign key
-- and no trigger would let in are what checks are there to find. The number tells whether it is the same transaction
-- when the case's own statements are through.
begin isolation level repeatable read;
set local statement_timeout = '60s';
set local lock_timeout = '5s';
set local timezone = 'UTC';
set local session_replication_role = replica;
select pg_current_xact_id()::text;
