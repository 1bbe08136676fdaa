select vigie.access_salt($1) as "salt"
