-- Sent whole through the simple protocol at the start of the transaction in which checks are taken apart: names and
-- literals mean what they mean to the runner. Temporary objects come last.
set local search_path = pg_catalog, public, pg_temp;
set local lock_timeout = '2s';
set local statement_timeout = '10s';
set local timezone = 'UTC';
set local standard_conforming_strings = on;
