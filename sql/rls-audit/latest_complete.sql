select document::text as "document!" from vigie.audits
where database = $1 and outcome <> 'incomplete'
order by at desc limit 1
