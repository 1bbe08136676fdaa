-- The last runs that finished before an instant, and with the last of them all that finished at the very same one, so
-- that whoever asks again for those before it misses none.
select jsonb_build_object('run', to_jsonb(r), 'finished_at', r.finished_at)::text as "run!"
from vigie.runs r
where r.database = $1 and r.finished_at < coalesce($2::timestamptz, 'infinity')
order by r.finished_at desc
fetch first $3 rows with ties
