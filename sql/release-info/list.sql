-- One page of releases, and the instant; one release too many where there are more, and one row without a release where
-- there is none.
select now() as "at!", to_jsonb(r)::text as release
from (select) as always
left join (
    select r.* from vigie.releases r
    where ($1::text is null or r.environment = $1)
      and ($2::text is null or r.target = $2)
      and ($3::bigint is null or r.last_event < $3)
    order by r.last_event desc
    limit $4
) as r on true
order by r.last_event desc
