-- What the person's session is doing at this moment, and what anybody waits for that somebody else holds.
select case
           when w.wait_event_type = 'Lock' then
               w.usename || ' waits for Lock ' || w.wait_event || ' of ' || coalesce((
                   select string_agg(b.usename || ': ' || left(regexp_replace(b.query, '\s+', ' ', 'g'), 120), ' and ')
                   from pg_stat_activity b
                   where b.pid = any (pg_blocking_pids(w.pid))
               ), 'nobody any more')
           else w.usename || ': ' || coalesce(w.wait_event_type || ' ' || w.wait_event, 'works')
       end
from pg_stat_activity w
where w.datname = current_database() and w.state = 'active' and w.pid <> pg_backend_pid()
  and (w.usename = 'vigie_api' or w.wait_event_type = 'Lock');
