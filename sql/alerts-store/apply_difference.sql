-- Where the findings and the alerts of a check differ: reads what is there, locks and writes nothing.
-- A position is that of a finding that is new or tells something new; without one, an alert was not found.
with finding as materialized (
    select f.entity_type, f.entity_id, f.content_hash, f.position
    from unnest($3::text[], $4::text[], $5::bytea[])
         with ordinality as f (entity_type, entity_id, content_hash, position)
)
select f.position as "position?", a.id as "id?", false as "vanishing!"
from finding f
left join vigie.alerts a
       on a.database = $1 and a.check_code = $2 and a.entity_type = f.entity_type and a.entity_id = f.entity_id
where a.id is null
   or a.condition <> 'PRESENT'
   or a.content_hash <> f.content_hash
   or a.resolution = 'FIXED'
   or a.accepted_until <= $6
union all
select null, a.id, a.status <> 'RESOLVED' and a.condition = 'PRESENT'
from vigie.alerts a
where a.database = $1 and a.check_code = $2 and a.condition <> 'ABSENT'
  and not exists (select from finding f where f.entity_type = a.entity_type and f.entity_id = a.entity_id)
