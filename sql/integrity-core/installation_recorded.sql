-- Everything that installations made outside the schema vigie, the latest first.
select kind as "kind!", name as "name!", undo as "undo!"
from vigie.installation
order by seq desc
