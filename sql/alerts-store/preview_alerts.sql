-- The alerts that would change, as they are now; nobody is held up.
select to_jsonb(a)::text as "alert!"
from vigie.alerts a
where a.id = any ($1::uuid[])
order by a.id
