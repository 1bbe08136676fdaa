-- The server lets the snapshot go if the program that holds it falls silent for $1 milliseconds. Says which of the
-- server's processes works for it, and since when: a number alone may be somebody else's by tomorrow.
-- (Since when is null where the session has taken on another identity than it logged in with.)
select
    set_config('idle_in_transaction_session_timeout', $1::text, true) as "limit!",
    a.pid as "pid!",
    a.backend_start as "since?"
from pg_stat_get_activity(pg_backend_pid()) a
