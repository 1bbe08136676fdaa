select to_jsonb(d)::text as "alert!" from vigie.alert_details d where d.id = $1
