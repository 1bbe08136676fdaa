-- One alert by its identity.
select a.id
from vigie.alerts a
where a.database = $1 and a.check_code = $2 and a.entity_type = $3 and a.entity_id = $4
