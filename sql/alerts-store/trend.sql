-- Live alerts by severity at the end of each day: those that are live now, less what the events since then have changed.
-- $2: when each day but the last one ended, in order. What an alert was before an event is what the last event that told
-- so had made of it.
with turn as materialized (
    select width_bucket(e.at, $2::timestamptz[]) as day,
           e.diff -> 'set' ->> 'status' as status,
           e.diff -> 'set' ->> 'severity' as severity,
           (select p.diff -> 'set' ->> 'status' from vigie.alert_events p
            where p.alert_id = e.alert_id and p.seq < e.seq and p.diff -> 'set' ?| '{status,severity}'
              and p.diff -> 'set' ? 'status'
            order by p.seq desc limit 1) as status_before,
           (select p.diff -> 'set' ->> 'severity' from vigie.alert_events p
            where p.alert_id = e.alert_id and p.seq < e.seq and p.diff -> 'set' ?| '{status,severity}'
              and p.diff -> 'set' ? 'severity'
            order by p.seq desc limit 1) as severity_before
    from vigie.alert_events e
    inner join vigie.alerts a on a.id = e.alert_id and a.database = $1
    where e.at >= ($2::timestamptz[])[1] and e.diff -> 'set' ?| '{status,severity}'
), counted (day, severity, count) as (
    select cardinality($2::timestamptz[]) + 1, a.severity, count(*)
    from vigie.alerts a
    where a.database = $1 and a.status <> 'RESOLVED'
    group by a.severity
    union all
    select t.day, c.severity, sum(c.taken_back)
    from turn t
    cross join lateral (values
        (t.severity_before, t.status_before, 1),
        (coalesce(t.severity, t.severity_before), coalesce(t.status, t.status_before), -1)
    ) c (severity, status, taken_back)
    where c.status <> 'RESOLVED'
    group by t.day, c.severity
)
select coalesce(sum(c.count) filter (where c.severity = 'CRITICAL'), 0)::bigint as "critical!",
       coalesce(sum(c.count) filter (where c.severity = 'WARN'), 0)::bigint as "warn!",
       coalesce(sum(c.count) filter (where c.severity = 'INFO'), 0)::bigint as "info!"
from generate_series(1, cardinality($2::timestamptz[]) + 1) as d (day)
left join counted c on c.day >= d.day
group by d.day
order by d.day
