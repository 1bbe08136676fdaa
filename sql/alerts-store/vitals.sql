select vigie.vitals($1)::text as "vitals!"
