-- Where the check stands, and whether an alert about the check itself might have to clear.
select
    clock_timestamp() as "now!",
    (select jsonb_build_object('code', s.check_code, 'seen_at', s.seen_at, 'complete_at', s.complete_at,
                               'outcome', s.outcome, 'reason', s.reason, 'failures', s.failures,
                               'suspected_at', s.suspected_at, 'suspicion', s.suspicion,
                               'confirmed_at', s.confirmed_at)::text
     from vigie.check_states s
     where s.database = $1 and s.check_code = $2) as state,
    exists (select from vigie.alerts a
            where a.database = $1 and a.check_code = any ($3::text[]) and a.condition <> 'ABSENT'
              and a.entity_type = 'CHECK' and a.entity_id = $2) as "meta!"
