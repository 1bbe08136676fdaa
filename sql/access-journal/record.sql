select added as "added!", known as "known!" from vigie.record_access($1)
