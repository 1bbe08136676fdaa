select exists (select from vigie.access_sources) or exists (select from vigie.access_events) as "is_used!"
