-- The system's events about business alerts, of one check each, with the snapshot that they follow from.
create view soak.seen as
select e.alert_id, e.seq, e.at, e.kind, e.diff, a.check_code, a.entity_id as name,
       (e.diff ->> 'snapshot_at')::timestamptz as snapshot_at
from vigie.alert_events e
join vigie.alerts a on a.id = e.alert_id
where e.actor is null and e.diff ? 'snapshot_at' and a.entity_type <> 'CHECK';
