-- The alerts that may change, as they are now, held until they have.
select to_jsonb(a)::text as "alert!"
from vigie.alerts a
where a.id = any ($1::uuid[])
order by a.id
for update
