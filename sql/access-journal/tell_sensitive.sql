select vigie.tell_access_sensitive($1, $2, $3)::text as "told"
