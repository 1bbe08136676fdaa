-- Takes a lease that nobody else holds. Where somebody is seen to hold it nothing is written, not even a lock. Where
-- several see it free, the row as it is when their turn comes decides; the others see the row as it was before that, or
-- none, and ask again.
with asked as materialized (
    select clock_timestamp() as at
), taken as (
    update vigie.leases l
    set holder = $2, until = a.at + $3
    from asked a
    where l.name = $1 and (l.holder = $2 or l.until <= a.at)
    returning l.holder, l.until
), made as (
    insert into vigie.leases (name, holder, until)
    select $1, $2, a.at + $3
    from asked a
    where not exists (select from vigie.leases o where o.name = $1)
    on conflict on constraint leases_pkey do nothing
    returning holder, until
)
select t.held as "held!", t.holder as "holder!", t.until as "until!", a.at as "at!"
from asked a
cross join (
    select true as held, holder, until from taken
    union all
    select true, holder, until from made
    union all
    select false, o.holder, o.until from vigie.leases o where o.name = $1 and not exists (select from taken)
) t
