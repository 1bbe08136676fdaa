-- Takes a lease that nobody else holds. Where somebody is seen to hold it nothing is written, not even a lock. Where
-- several see it free, the row as it is when their turn comes decides, and is what the others get to see.
with asked as materialized (
    select clock_timestamp() as at
), taken as (
    insert into vigie.leases as l (name, holder, until)
    select $1, $2, a.at + $3
    from asked a
    where not exists (select from vigie.leases o where o.name = $1 and o.holder <> $2 and o.until > a.at)
    on conflict on constraint leases_pkey do update
    set holder = case when l.holder <> excluded.holder and l.until > (select at from asked) then l.holder
                      else excluded.holder end,
        until = case when l.holder <> excluded.holder and l.until > (select at from asked) then l.until
                     else excluded.until end
    returning l.holder, l.until
)
select t.holder as "holder!", t.until as "until!", a.at as "at!"
from asked a
cross join (
    select holder, until from taken
    union all
    select o.holder, o.until from vigie.leases o where o.name = $1 and not exists (select from taken)
) t
