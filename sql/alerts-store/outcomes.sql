-- What came of a check, of the last runs that looked at it. A check that none of so many runs looked at would have all of
-- them read, so the search has an end.
select (r.outcome || jsonb_build_object('at', r.finished_at))::text as "outcome!"
from (
    select r.finished_at, r.id, r.outcomes -> $2::text as outcome
    from vigie.runs r
    where r.database = $1
    order by r.finished_at desc
    limit $4
) r
where r.outcome is not null
order by r.finished_at desc
limit $3
