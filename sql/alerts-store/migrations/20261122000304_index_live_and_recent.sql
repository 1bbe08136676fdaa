-- What is asked at every look at the screen reads an index and no row: which alerts are live, of what severity and past
-- due or not, and how long the recent ones took. The rows of a few thousand live alerts lie scattered among all that
-- there ever were.
drop index vigie.alerts_live_idx;
create index alerts_live_idx on vigie.alerts (severity, first_detected_at, id)
    include (database, check_code, entity_id, status, due_at) where status <> 'RESOLVED';
create index alerts_opened_idx on vigie.alerts (database, opened_at)
    include (check_code, acknowledged_at, resolution, resolved_at, verified_at);
