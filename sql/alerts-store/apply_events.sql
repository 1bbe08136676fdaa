-- What the system has to say, and the alerts that follow from it.
select vigie.record_events(null, null, clock_timestamp(), $1::uuid[], $2::text[], $3::text[]::jsonb[])
