-- Nothing doubled: one alert for each identity, one opening for each, no evaluation with effect twice, and none older
-- than the one before.
select format('doubled: %s alerts of %s about %s %s', count(*), a.check_code, a.entity_type, a.entity_id)
from vigie.alerts a
group by a.database, a.check_code, a.entity_type, a.entity_id
having count(*) > 1;

select format('doubled: the alert %s has %s events OPENED, and %s events up to number %s', e.alert_id,
              count(*) filter (where e.kind = 'OPENED'), count(*), max(e.seq))
from vigie.alert_events e
group by e.alert_id
having count(*) filter (where e.kind = 'OPENED') <> 1 or count(*) <> max(e.seq);

select format('doubled: the request %s has %s events', e.request_id, count(*))
from vigie.alert_events e
where e.request_id is not null
group by e.request_id
having count(*) > 1;

-- One evaluation writes its events at one instant, and of one snapshot. EXPIRED follows from time alone.
with evaluation as (
    select distinct case when a.entity_type = 'CHECK' then a.entity_id else a.check_code end as code, e.at,
           (e.diff ->> 'snapshot_at')::timestamptz as snapshot_at
    from vigie.alert_events e
    join vigie.alerts a on a.id = e.alert_id
    where e.actor is null and e.kind not in ('EXPIRED', 'BREACHED')
), ordered as (
    select v.*, lag(v.snapshot_at) over (partition by v.code order by v.at, v.snapshot_at) as before
    from evaluation v
)
select format('doubled: %s: at %s the snapshot of %s was applied after that of %s',
              o.code, o.at, o.snapshot_at, o.before)
from ordered o
where o.at >= :'since' and (o.snapshot_at is null or o.snapshot_at <= o.before);

-- Every interval of one second belongs to one run.
select format('doubled: %s had effect in %s runs within the second of %s', o.code, count(*), min(r.started_at))
from vigie.runs r
cross join lateral jsonb_each(r.outcomes) as o (code, said)
where r.finished_at >= :'since' and not (o.said ->> 'stale')::boolean and not o.said ? 'error'
group by o.code, floor(extract(epoch from r.started_at))
having count(*) > 1;
