select to_jsonb(e)::text as "event!" from vigie.release_events e
where e.id = $1
