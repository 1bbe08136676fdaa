-- The numbers at a glance, all of one instant.
with found as materialized (
    -- live alerts, counted once for all that is asked about them
    select d.check_code, d.severity, d.status, count(*) as count, count(*) filter (where d.overdue) as overdue
    from vigie.alert_details d
    where d.database = $1 and d.status <> 'RESOLVED'
    group by d.check_code, d.severity, d.status
), enabled as (
    select c.code, c.proved, c.every_seconds, s.outcome, s.complete_at,
           coalesce(s.complete_at between now() - greatest(3 * e.every, e.every + interval '5 min')
                                     and now() + interval '1 min', false) as fresh,
           exists (select from found f
                   where f.check_code = c.code and f.severity in ('WARN', 'CRITICAL')) as troubled
    from vigie.checks c
    cross join lateral (select make_interval(secs => c.every_seconds) as every) e
    left join vigie.check_states s on s.database = c.database and s.check_code = c.code
    where c.database = $1 and c.enabled and c.active
), heartbeat as (
    -- what lies in the future, after the clock was set back, is no news
    select (select max(r.finished_at) from vigie.runs r
            where r.database = $1 and r.status <> 'FAILED' and not r.parameters ? 'only'
               and r.finished_at <= now() + interval '1 min') as run_at,
           extract(epoch from vigie.sync_heartbeat($1)) as age,
           (select 3 * min(every_seconds)::bigint from enabled) as silent_after
), watched as (
    -- which check says whether a live alert still stands; an alert about a check is that check's own affair
    select f.check_code as code from found f where f.check_code not in ('CHECK_FAILING', 'CHECK_SUSPECT')
    union
    select a.entity_id from vigie.alerts a
    where a.database = $1 and a.check_code in ('CHECK_FAILING', 'CHECK_SUSPECT') and a.status <> 'RESOLVED'
), live as (
    select f.severity, f.status, sum(f.count) as count, sum(f.overdue) as overdue
    from found f
    group by f.severity, f.status
)
select jsonb_build_object(
    'at', now(),
    'complete_at', (select case when count(*) = count(complete_at) then min(complete_at) end from enabled),
    'coverage', (select jsonb_build_object(
        'enabled', count(*),
        'fresh', count(*) filter (where fresh),
        'proved', count(*) filter (where proved),
        'covered', count(*) filter (where fresh and proved),
        'healthy', count(*) filter (where fresh and not troubled and outcome = 'Complete')) from enabled),
    'heartbeat', (select jsonb_build_object(
        'run_at', run_at, 'age_seconds', age, 'silent_after_seconds', silent_after,
        -- where no check is enabled, nobody looks at anything
        'silent', coalesce(age > silent_after, true)) from heartbeat),
    'live', (select coalesce(jsonb_agg(jsonb_build_object(
        'severity', severity, 'status', status, 'count', count, 'overdue', overdue)
        order by array_position('{CRITICAL,WARN,INFO}'::text[], severity),
                 array_position('{OPEN,ACK}'::text[], status)), '[]') from live),
    'overdue', (select coalesce(sum(overdue), 0) from live),
    'failing', (select coalesce(jsonb_agg(code order by code collate "C"), '[]') from enabled where outcome = 'Failed'),
    'suspect', (select coalesce(jsonb_agg(code order by code collate "C"), '[]') from enabled where outcome = 'Suspect'),
    'unproved', (select coalesce(jsonb_agg(code order by code collate "C"), '[]') from enabled where not proved),
    'frozen', (select coalesce(jsonb_agg(w.code order by w.code collate "C"), '[]') from watched w
        where not exists (select from enabled e where e.code = w.code))
)::text as "summary!"
