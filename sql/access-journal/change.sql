select vigie.access_change($1, $2, $3)::text as "change!"
