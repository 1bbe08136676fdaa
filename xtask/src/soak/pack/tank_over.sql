/*+++
code     = "TANK_OVER"
format   = 1
severity = "WARN"
entity   = "TANK"
title    = { en = "A level too high" }
message  = { en = "{{ entity_label }} stands at {{ payload.level }}" }
every    = "1s"
resolve_after = 2
guard    = "select exists (select from public.tanks)"
requires = ["public.tanks"]
[accept]
key = "level"
worse = "up"
+++*/
select
    s.name as entity_id,
    s.name as entity_label,
    case when s.level > 19 then 'CRITICAL' else 'WARN' end as severity,
    jsonb_build_object('level', s.level) as payload
from public.tanks as s
where s.level > 9
