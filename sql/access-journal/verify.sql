select vigie.verify_access($1, $2)::text as "verification!"
