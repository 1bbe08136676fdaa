select vigie.record_release_event($1)::text as "recorded!"
