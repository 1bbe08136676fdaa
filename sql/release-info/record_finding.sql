select vigie.record_release_finding($1)::text as "recorded!"
