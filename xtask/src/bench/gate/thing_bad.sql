/*+++
code     = "THING_BAD"
format   = 1
severity = "CRITICAL"
entity   = "THING"
title    = { en = "A bad thing" }
message  = { en = "Thing {{ entity_label }} is bad" }
guard    = "select exists (select from public.things)"
requires = ["public.things"]
+++*/
-- A name may stand in several rows: nothing keeps a check from telling the same twice.
select t.name as entity_id, t.name as entity_label
from public.things as t
where t.bad
