/*+++
code     = "AMOUNT_LARGE"
format   = 1
severity = "WARN"
entity   = "AMOUNT"
title    = { en = "A large amount" }
message  = { en = "Amount {{ entity_label }} is large" }
requires = ["public.amounts"]
+++*/
-- Amounts are texts: one that is no number makes the whole check fail.
select a.name as entity_id, a.name as entity_label
from public.amounts as a
where a.amount::numeric > 100
