-- One page of alerts, and the instant that says which of them are past due; one alert too many where there are more, and
-- one row without an alert where there is none. The order needs few columns: only what is on the page is read whole.
with page as materialized (
    select d.id, p.rank, p.is_in_time, d.first_detected_at
    from vigie.alert_details d
    cross join lateral (
        select array_position('{CRITICAL,WARN,INFO}'::text[], d.severity) as rank, not d.overdue as is_in_time
    ) p
    where ($1::text is null or d.database = $1)
      and (cardinality($2::text[]) = 0 or d.status = any ($2))
      and (cardinality($3::text[]) = 0 or d.severity = any ($3))
      and ($4::text is null or d.check_code = $4)
      and ($5::text is null or d.entity_type = $5)
      and ($6::text is null or d.scope = $6)
      and (not $7::boolean or d.overdue)
      and (not $8::boolean or (d.resolution = 'FIXED' and d.verified_at is null))
      and ($15::timestamptz is null or d.resolved_at >= $15)
      and ($9::text is null
           or position(lower($9) in lower(concat_ws(' ', d.message, d.entity_label, d.entity_id))) > 0)
      and ($10::text is null
           or (p.rank, p.is_in_time, d.first_detected_at, d.id)
              > (array_position('{CRITICAL,WARN,INFO}'::text[], $10), not $11::boolean, $12::timestamptz, $13::uuid))
    order by p.rank, p.is_in_time, d.first_detected_at, d.id
    limit $14
)
select now() as "at!", to_jsonb(d)::text as alert
from (select) as always
left join (page p join vigie.alert_details d on d.id = p.id) on true
order by p.rank, p.is_in_time, p.first_detected_at, p.id
