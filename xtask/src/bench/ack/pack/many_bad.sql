/*+++
code     = "MANY_BAD"
format   = 1
severity = "WARN"
entity   = "THING"
title    = { en = "One of many bad things" }
message  = { en = "{{ entity_label }} weighs {{ payload.weight }}" }
requires = ["public.many"]
+++*/
select
    'M-' || m.n as entity_id,
    'M-' || m.n as entity_label,
    jsonb_build_object('weight', m.weight) as payload
from public.many as m
