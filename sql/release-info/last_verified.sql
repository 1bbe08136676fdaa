select to_jsonb(r)::text as "release!" from vigie.releases r
where r.environment = $1 and r.target = $2
  and r.stage in ('replaced', 'failed') and r.verified_at >= r.deployed_at
order by r.verified_at desc
limit 1
