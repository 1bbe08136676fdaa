-- The checks of a watched database, how each stands, and its live alerts; all of one instant.
select
    now() as "at!",
    jsonb_build_object(
        'info', to_jsonb(c),
        'active', c.active,
        'state', to_jsonb(s) || jsonb_build_object('code', s.check_code),
        'live', coalesce(l.counts, '[]'))::text as "check!"
from vigie.checks c
left join vigie.check_states s on s.database = c.database and s.check_code = c.code
left join (
    select n.check_code, jsonb_agg(jsonb_build_object(
        'severity', n.severity, 'status', n.status, 'count', n.count, 'overdue', n.overdue)
        order by array_position('{CRITICAL,WARN,INFO}'::text[], n.severity),
                 array_position('{OPEN,ACK}'::text[], n.status)) as counts
    from (
        select d.check_code, d.severity, d.status, count(*) as count, count(*) filter (where d.overdue) as overdue
        from vigie.alert_details d
        where d.database = $1 and d.status <> 'RESOLVED'
        group by d.check_code, d.severity, d.status
    ) n
    group by n.check_code
) l on l.check_code = c.code
where c.database = $1
order by c.code collate "C"
