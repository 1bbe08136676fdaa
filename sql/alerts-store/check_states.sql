select jsonb_build_object('code', s.check_code, 'seen_at', s.seen_at, 'complete_at', s.complete_at,
                          'outcome', s.outcome, 'reason', s.reason, 'failures', s.failures,
                          'suspected_at', s.suspected_at, 'suspicion', s.suspicion,
                          'confirmed_at', s.confirmed_at)::text as "state!"
from vigie.check_states s
where s.database = $1
order by s.check_code collate "C"
