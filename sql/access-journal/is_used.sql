select exists (select from vigie.access_sources) as "is_used!"
