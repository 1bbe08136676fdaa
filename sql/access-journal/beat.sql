select vigie.access_heard($1, $2, $3, $4)::text as "heard"
