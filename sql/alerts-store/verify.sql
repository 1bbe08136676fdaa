-- Walks every chain and rebuilds every alert, all of one instant.
with derived as (
    select '{id,version,last_hash,created_at,updated_at}'::text[] as columns
), walked as (
    select e.alert_id, e.seq,
           e.seq <> coalesce(lag(e.seq) over chain, 0) + 1 as gap,
           e.hash <> vigie.event_hash(coalesce(lag(e.hash) over chain, ''), e.alert_id, e.seq, e.at, e.kind, e.actor,
                                      e.login, e.door, e.request_id, e.diff) as edited
    from vigie.alert_events e
    window chain as (partition by e.alert_id order by e.seq)
), rebuilt as (
    select e.alert_id, max(e.seq) as version, (array_agg(e.hash order by e.seq desc))[1] as last_hash,
           jsonb_populate_record(null::vigie.alerts, vigie.fold(e.diff -> 'set' order by e.seq)) as alert
    from vigie.alert_events e
    group by e.alert_id
), problem as (
    select w.alert_id, w.seq, case when w.gap then 'event_missing' else 'event_edited' end as problem
    from walked w
    where w.gap or w.edited
    union all
    select a.id, null, 'tail_missing'
    from vigie.alerts a
    left join rebuilt r on r.alert_id = a.id
    where (a.version, a.last_hash) is distinct from (r.version, r.last_hash)
    union all
    select a.id, null, 'row_edited'
    from vigie.alerts a
    join rebuilt r on r.alert_id = a.id
    cross join derived
    where (to_jsonb(a) - derived.columns) <> (to_jsonb(r.alert) - derived.columns)
)
select jsonb_build_object(
    'alerts', (select count(*) from vigie.alerts),
    'events', (select count(*) from vigie.alert_events),
    'broken', (select count(*) from problem),
    'discrepancies', (
        select coalesce(jsonb_agg(to_jsonb(p) order by p.alert_id, p.seq), '[]')
        from (select * from problem order by alert_id, seq limit 100) p)
)::text as "verification!"
