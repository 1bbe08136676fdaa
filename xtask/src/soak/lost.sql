-- Nothing lost, and nothing kept alive: once every check has been evaluated after the last change, each anomaly has a
-- live alert, or one that a person suppressed; and each alert that says PRESENT is about an anomaly.
with anomaly as (
    select 'TANK_OVER' as code, t.name from public.tanks t where t.level >= 10
    union all
    select 'VALVE_OVER', v.name from public.valves v where v.level >= 10
    union all
    select 'METER_OVER', m.name from public.meters m where m.level >= 10
), present as (
    select a.check_code as code, a.entity_id as name, a.status, a.resolution,
           a.accepted_until <= s.complete_at as is_over
    from vigie.alerts a
    join vigie.check_states s on s.database = a.database and s.check_code = a.check_code
    where a.condition = 'PRESENT' and a.entity_type <> 'CHECK'
)
select format('lost: the anomaly %s of %s is %s', coalesce(n.name, p.name), coalesce(n.code, p.code), case
    when p.name is null then 'without an alert'
    when n.name is null then 'PRESENT, and is none'
    else format('%s %s', p.status, p.resolution) end)
from anomaly n
full join present p on p.code = n.code and p.name = n.name
where n.name is null or p.name is null
   or (p.status = 'RESOLVED' and (p.resolution not in ('ACCEPTED', 'FALSE_POSITIVE') or p.is_over));

-- All checks are whole again, so no alert may say that one is not.
select format('lost: %s of %s is still PRESENT', a.check_code, a.entity_id)
from vigie.alerts a
where a.entity_type = 'CHECK' and a.condition = 'PRESENT';
