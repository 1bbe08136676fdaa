-- Suppressions that ended while the anomaly is not known to be gone, held until they have been opened again.
select
    clock_timestamp() as "now!",
    coalesce(c.time_zone, 'UTC') as "time_zone!",
    to_jsonb(a)::text as "alert!"
from vigie.alerts a
left join vigie.checks c on c.database = a.database and c.code = a.check_code
where a.accepted_until <= now() and a.status = 'RESOLVED' and a.condition <> 'ABSENT'
order by a.id
for update of a skip locked
