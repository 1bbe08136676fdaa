-- Now, unless another instant is asked about; whether what is read will be the whole truth; whether anything was ever
-- recorded or heard, and when each source was last heard.
select coalesce($1::timestamptz, now()) as "at!",
       not row_security_active('vigie.access_events') or pg_has_role('vigie_sync', 'usage') as "may_read!",
       exists (select from vigie.access_events) or exists (select from vigie.access_sources)
       or exists (select from vigie.access_seals) as "is_in_use!",
       coalesce((select jsonb_object_agg(s.source, s.heard_at) from vigie.access_sources s), '{}')::text as "heard!"
