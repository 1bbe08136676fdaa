insert into vigie.check_states as s
    (database, check_code, seen_at, complete_at, outcome, reason, failures, suspected_at, suspicion, confirmed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict on constraint check_states_pkey do update
set (seen_at, complete_at, outcome, reason, failures, suspected_at, suspicion, confirmed_at)
  = (excluded.seen_at, excluded.complete_at, excluded.outcome, excluded.reason, excluded.failures,
     excluded.suspected_at, excluded.suspicion, excluded.confirmed_at)
