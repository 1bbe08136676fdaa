-- No human act undone, none invented, none twice.
select format('undone: the act %s was %s, and stands in %s events', a.request_id, a.answer, count(e.request_id))
from soak.acts a
left join vigie.alert_events e on e.request_id = a.request_id and e.alert_id = a.alert_id and e.actor is not null
group by a.request_id, a.answer
having count(e.request_id) > 1
    or (a.answer = 'DONE') <> (count(e.request_id) = 1) and a.answer <> 'UNKNOWN';

select format('undone: %s %s of %s was asked for by nobody', e.kind, e.request_id, e.alert_id)
from vigie.alert_events e
where e.actor is not null and not exists (select from soak.acts a where a.request_id = e.request_id);

-- What was seen before a person acted says nothing about that act.
select format('undone: %s of %s by %s at %s was followed by %s of the older snapshot %s',
              p.kind, p.alert_id, p.actor, p.at, s.kind, s.snapshot_at)
from vigie.alert_events p
join soak.seen s on s.alert_id = p.alert_id and s.seq > p.seq and s.snapshot_at <= p.at
where p.actor is not null and p.diff -> 'set' ? 'acted_at' and s.at >= :'since';

-- What the system may make of a status. Before: as the events before say.
with step as (
    select s.*, (
        select b.diff -> 'set' ->> 'status'
        from vigie.alert_events b
        where b.alert_id = s.alert_id and b.seq < s.seq and b.diff -> 'set' ? 'status'
        order by b.seq desc limit 1
    ) as status_before, (
        select b.diff -> 'set' ->> 'resolution'
        from vigie.alert_events b
        where b.alert_id = s.alert_id and b.seq < s.seq and b.diff -> 'set' ? 'resolution'
        order by b.seq desc limit 1
    ) as resolution_before, (
        select (b.diff -> 'set' ->> 'accepted_until')::timestamptz
        from vigie.alert_events b
        where b.alert_id = s.alert_id and b.seq < s.seq and b.diff -> 'set' ? 'accepted_until'
        order by b.seq desc limit 1
    ) as until_before, exists (
        select from vigie.alert_events b
        where b.alert_id = s.alert_id and b.seq < s.seq and b.kind in ('VERIFIED', 'CLEARED', 'ABSENT')
    ) as was_gone
    from soak.seen s
    where s.at >= :'since' and s.diff -> 'set' ? 'status'
)
select format('undone: %s made of %s %s a %s, alert %s, event %s', s.kind, s.status_before, s.resolution_before,
              s.diff -> 'set' ->> 'status', s.alert_id, s.seq)
from step s
where not coalesce(case s.kind
    when 'OPENED' then s.seq = 1
    when 'CLEARED' then s.status_before in ('OPEN', 'ACK')
    when 'SEVERITY_RAISED' then s.status_before = 'ACK'
    when 'REOPENED' then s.status_before = 'RESOLVED' and s.resolution_before in ('CLEARED', 'FIXED') and s.was_gone
    when 'REFUTED' then s.status_before = 'RESOLVED' and s.resolution_before = 'FIXED'
    when 'EXPIRED' then s.resolution_before in ('ACCEPTED', 'FALSE_POSITIVE') and s.until_before <= s.snapshot_at
    when 'VOIDED' then s.resolution_before in ('ACCEPTED', 'FALSE_POSITIVE')
    else false
end, false);
