-- Sent whole through the simple protocol at the start of an installation's transaction. Names are looked up in
-- pg_catalog only; a lock that somebody holds ends the attempt instead of queueing everybody else behind it.
set local search_path = pg_catalog, pg_temp;
set local lock_timeout = '5s';
set local statement_timeout = '60s';
set local standard_conforming_strings = on;
set local client_min_messages = error;
-- two installations at once: one after the other
select pg_advisory_xact_lock(hashtextextended('vigie.installation', 0));
