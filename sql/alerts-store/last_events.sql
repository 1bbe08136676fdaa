select jsonb_build_object(
    'alert_id', e.alert_id, 'seq', e.seq, 'at', e.at, 'kind', e.kind, 'actor', e.actor, 'login', e.login,
    'door', e.door, 'request_id', e.request_id, 'diff', e.diff)::text as "event!"
from vigie.alert_events e
where e.alert_id = $1
  and e.seq < coalesce($2, 2147483647)
order by e.seq desc
limit $3
