select to_jsonb(r)::text as "release!" from vigie.releases r
where r.environment = $1 and r.target = $2 and r.release = $3
