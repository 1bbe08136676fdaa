select to_jsonb(e)::text as "event!" from vigie.release_events e
where (e.release = $1 or e.returns_to = $1) and ($2::bigint is null or e.id > $2)
order by e.id
limit $3
