select to_jsonb(r)::text as "release!" from vigie.releases r
where r.stage in ('deployed', 'verified', 'refuted', 'promoted', 'rolling_back', 'started')
order by array_position('{production,staging,test,development}'::text[], r.environment), r.target collate "C",
    r.stage = 'started'
