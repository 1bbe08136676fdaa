-- How many members there are, by the table that says so; sent only by who may read it whole.
select count(*) as "count!" from vigie.members
