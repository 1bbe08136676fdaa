select vigie.access_heard($1, $2, $3, $4, $5, $6, $7)::text as "heard"
