-- When the checks were last looked at, all of one instant. A run that evaluated nothing looked at nothing. What lies in the future, after the clock was set back, is no
-- news (see vigie.sync_heartbeat).
select jsonb_build_object(
    'at', n.at,
    'age_seconds', extract(epoch from vigie.sync_heartbeat($1)),
    'run_at', (select max(r.finished_at) from vigie.runs r
               where r.database = $1 and r.status <> 'FAILED' and not r.parameters ? 'only'
               and r.finished_at <= n.at + interval '1 min'),
    'seen', (select coalesce(jsonb_object_agg(s.check_code, s.seen_at), '{}')
             from vigie.check_states s
             where s.database = $1))::text as "seen!"
from (select clock_timestamp() as at) n
