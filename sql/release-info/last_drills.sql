-- The last one of each kind.
select clock_timestamp() as "at!",
    (select to_jsonb(e)::text from vigie.release_events e
     where e.environment = $1 and e.target = $2 and e.kind = 'drill_passed' order by e.id desc limit 1) as passed,
    (select to_jsonb(e)::text from vigie.release_events e
     where e.environment = $1 and e.target = $2 and e.kind = 'drill_failed' order by e.id desc limit 1) as failed
