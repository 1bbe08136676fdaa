/*+++
code     = "VALVE_OVER"
format   = 1
severity = "WARN"
entity   = "VALVE"
title    = { en = "A level too high" }
message  = { en = "{{ entity_label }} stands at {{ payload.level }}" }
every    = "1s"
resolve_after = 1
guard    = "select exists (select from public.valves)"
requires = ["public.valves"]
[accept]
key = "level"
worse = "up"
+++*/
select
    s.name as entity_id,
    s.name as entity_label,
    case when s.level > 19 then 'CRITICAL' else 'WARN' end as severity,
    jsonb_build_object('level', s.level) as payload
from public.valves as s
where s.level > 9
