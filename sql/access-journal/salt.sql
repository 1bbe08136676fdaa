select vigie.access_salt($1, $2) as "salt"
