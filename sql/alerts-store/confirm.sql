select vigie.confirm_check($1, $2, $3) as "suspect!"
