-- Where the findings and the alerts of a check differ: reads what is there, locks and writes nothing.
-- A position is that of a finding that is new or tells something new; without one, an alert was not found.
-- A full join, which PostgreSQL never does row by row: without statistics, as after a first run, it would compare each
-- of 30,000 findings with each of as many alerts.
select
    d.position as "position?",
    coalesce(d.id, o.id) as "id?",
    d.position is null and d.stands as "vanishing!"
from (
    select
        f.position, f.entity_type, f.entity_id, a.id,
        coalesce(a.status <> 'RESOLVED' and a.condition = 'PRESENT', false) as stands
    from unnest($3::text[], $4::text[], $5::bytea[])
         with ordinality as f (entity_type, entity_id, content_hash, position)
    full join (
        select a.id, a.entity_type, a.entity_id, a.content_hash, a.status, a.condition, a.resolution, a.accepted_until
        from vigie.alerts a
        where a.database = $1 and a.check_code = $2 and a.condition <> 'ABSENT'
    ) a on a.entity_type = f.entity_type and a.entity_id = f.entity_id
    where f.position is null
       or a.id is null
       or a.condition <> 'PRESENT'
       or a.content_hash <> f.content_hash
       or a.resolution = 'FIXED'
       or a.accepted_until <= $6
) d
-- one that comes back
left join vigie.alerts o
       on d.id is null
      and o.database = $1 and o.check_code = $2 and o.entity_type = d.entity_type and o.entity_id = d.entity_id
