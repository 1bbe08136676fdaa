select vigie.access_summary($1, $2)::text as "summary!"
