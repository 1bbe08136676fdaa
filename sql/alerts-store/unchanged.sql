-- The last snapshot of a check that stands as it should and whose findings tell nothing new: reads what is there, locks
-- and writes nothing. No row where applying them would do more than move the check on.
select s.seen_at, clock_timestamp() as "now!"
from vigie.check_states s
where s.database = $1 and s.check_code = $2
  and s.outcome = 'Complete' and s.complete_at is not null and s.failures = 0
  and s.suspected_at is null and s.suspicion is null and s.confirmed_at is null
  and not exists (
      select from vigie.alerts a
      where a.database = $1 and a.check_code = any ($3::text[]) and a.condition <> 'ABSENT'
        and a.entity_type = 'CHECK' and a.entity_id = $2
  )
  -- Where findings and alerts differ, as in apply_difference.sql.
  and not exists (
      select
      from unnest($4::text[], $5::text[], $6::bytea[]) as f (entity_type, entity_id, content_hash)
      full join (
          select a.entity_type, a.entity_id, a.content_hash, a.condition, a.resolution, a.accepted_until
          from vigie.alerts a
          where a.database = $1 and a.check_code = $2 and a.condition <> 'ABSENT'
      ) a on a.entity_type = f.entity_type and a.entity_id = f.entity_id
      where f.entity_id is null or a.entity_id is null
         or a.condition <> 'PRESENT'
         or a.content_hash <> f.content_hash
         or a.resolution = 'FIXED'
         or a.accepted_until <= $7
  )
