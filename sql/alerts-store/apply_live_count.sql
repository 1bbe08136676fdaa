-- How many alerts of a check stand, before an evaluation that would clear many.
select count(*) as "live!"
from vigie.alerts a
where a.database = $1 and a.check_code = $2 and a.condition = 'PRESENT' and a.status <> 'RESOLVED'
