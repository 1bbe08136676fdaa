/*+++
code     = "FEW_BAD"
format   = 1
severity = "WARN"
entity   = "THING"
title    = { en = "One of a few bad things" }
message  = { en = "{{ entity_label }} is bad" }
requires = ["public.few"]
+++*/
select
    'F-' || f.n as entity_id,
    'F-' || f.n as entity_label
from public.few as f
