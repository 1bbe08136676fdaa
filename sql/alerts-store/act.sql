select replayed as "replayed!" from vigie.act_on_alert($1, $2, $3, $4, $5)
