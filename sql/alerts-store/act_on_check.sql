select vigie.act_on_check($1, $2, $3, $4) as "acted!"
