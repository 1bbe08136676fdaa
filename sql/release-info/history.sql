-- One page of events, and the instant; one event too many where there are more, and one row without an event where there
-- is none.
select now() as "at!", to_jsonb(e)::text as event
from (select) as always
left join (
    select e.* from vigie.release_events e
    where ($1::text is null or e.environment = $1)
      and ($2::text is null or e.target = $2)
      and ($3::bigint is null or e.id < $3)
    order by e.id desc
    limit $4
) as e on true
order by e.id desc
