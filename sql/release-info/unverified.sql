select to_jsonb(r)::text as "release!" from vigie.releases r
cross join lateral (select case r.stage when 'started' then r.started_at else r.deployed_at end as since) as it
where r.stage in ('started', 'deployed', 'refuted', 'rolling_back')
  and it.since <= clock_timestamp() - $1::bigint * interval '1 second'
order by it.since, r.last_event
