-- Ends the server's process $1 if it is still the one that began at $2.
select pg_terminate_backend(a.pid) as "ended!"
from pg_stat_get_activity($1) a
where a.backend_start is not distinct from $2
