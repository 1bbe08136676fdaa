select exists (select from vigie.access_sources) or exists (select from vigie.access_events)
       or exists (select from vigie.access_seals) as "is_used!"
