select to_jsonb(d)::text as "alert!"
from (
    select d.*
    from vigie.alert_details d
    where (cardinality($1::text[]) = 0 or d.status = any ($1))
      and (cardinality($2::text[]) = 0 or d.severity = any ($2))
      and ($3::text is null or d.check_code = $3)
      and ($4::text is null or d.entity_type = $4)
      and ($5::text is null or d.scope = $5)
      and (not $6::boolean or d.overdue)
      and ($7::text is null
           or position(lower($7) in lower(concat_ws(' ', d.message, d.entity_label, d.entity_id))) > 0)
    order by array_position('{CRITICAL,WARN,INFO}'::text[], d.severity), d.overdue desc, d.first_detected_at, d.id
    limit $8
) d
order by array_position('{CRITICAL,WARN,INFO}'::text[], d.severity), d.overdue desc, d.first_detected_at, d.id
