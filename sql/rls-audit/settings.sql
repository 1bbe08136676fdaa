-- What everything means in this transaction, and how long it waits for others. With an empty search path every name that
-- PostgreSQL prints says its schema.
set local search_path = '';
set local lock_timeout = '2s';
set local idle_in_transaction_session_timeout = '60s';
-- What is asked is small: to compile it would take longer than to do it.
set local jit = off;
