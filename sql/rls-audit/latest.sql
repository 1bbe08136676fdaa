select document::text as "document!" from vigie.audits where database = $1 order by at desc limit 1
