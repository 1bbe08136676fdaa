/*+++
code     = "DRILL_NEGATIVE"
format   = 1
severity = "CRITICAL"
entity   = "TANK"
title    = { fr = "Stock négatif", en = "Stock below zero" }
message  = { fr = "{{ entity_label }} contient moins de zéro", en = "{{ entity_label }} holds less than nothing" }
+++*/
select name as entity_id, name as entity_label, jsonb_build_object('litres', litres) as payload
from public.drill_tanks where litres < 0
