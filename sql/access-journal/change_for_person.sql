select vigie.access_change_for_person($1, $2, $3)::text as "change!"
