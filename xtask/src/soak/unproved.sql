-- Nothing resolved without proof, and nothing opened without: what the snapshot must have shown, by the business's own
-- history.
select format('unproved: %s of %s %s by the snapshot of %s, which must have shown %s', s.kind, s.check_code, s.name,
              s.snapshot_at, case when s.kind in ('CLEARED', 'VERIFIED', 'MISSING', 'ABSENT') then 'it' else 'none' end)
from soak.seen s
where s.at >= :'since' and s.kind <> 'EXPIRED'
  and soak.was_anomaly(s.check_code, s.name, s.snapshot_at) = (s.kind in ('CLEARED', 'VERIFIED', 'MISSING', 'ABSENT'));

-- While its table was away, or empty, a check proved nothing. What was evaluated just when the table came back is told
-- apart by when it was written.
select format('unproved: %s of %s %s by the snapshot of %s, when the source was %s', s.kind, s.check_code, s.name,
              s.snapshot_at, w.kind)
from soak.windows w
join soak.seen s on s.check_code = w.code and s.snapshot_at > w.began_at + interval '100 ms'
                and case w.kind when 'away' then s.at else s.snapshot_at end < w.ended_at
where s.at >= :'since' and s.kind in ('CLEARED', 'VERIFIED', 'MISSING', 'ABSENT');

-- Nearly everything gone at once is not believed the first time: before anything is gone, the check was suspect.
select format('unproved: %s of %s %s by the snapshot of %s, the first after all was gone at once', s.kind, s.check_code,
              s.name, s.snapshot_at)
from soak.windows w
join soak.seen s on s.check_code = w.code and s.snapshot_at >= w.began_at
where w.kind = 'mass' and w.began_at >= :'since' and s.kind in ('CLEARED', 'MISSING', 'ABSENT')
  and not exists (
      select
      from vigie.alert_events e
      join vigie.alerts a on a.id = e.alert_id
      where a.check_code = 'CHECK_SUSPECT' and a.entity_id = w.code and e.kind in ('OPENED', 'REOPENED')
        and (e.diff ->> 'snapshot_at')::timestamptz >= w.began_at
        and (e.diff ->> 'snapshot_at')::timestamptz < s.snapshot_at
  );
