-- Walks every chain and rebuilds the alerts whose chain holds, all of one instant.
with walked as materialized (
    select e.alert_id, e.seq,
           e.seq <> coalesce(lag(e.seq) over chain, 0) + 1 as gap,
           e.hash <> vigie.event_hash(coalesce(lag(e.hash) over chain, ''), e.alert_id, e.seq, e.at, e.kind, e.actor,
                                      e.login, e.door, e.request_id, e.diff) as edited
    from vigie.alert_events e
    window chain as (partition by e.alert_id order by e.seq)
), broken as materialized (
    select w.alert_id, w.seq, case when w.gap then 'event_missing' else 'event_edited' end as problem
    from walked w
    where w.gap or w.edited
), ends as materialized (
    select e.alert_id, max(e.seq) as version, (array_agg(e.hash order by e.seq desc))[1] as last_hash,
           min(e.at) as created_at, max(e.at) as updated_at
    from vigie.alert_events e
    group by e.alert_id
), rebuilt as (
    -- only of chains that hold: what was forged may not even be readable
    select e.alert_id, vigie.fold(e.diff -> 'set' order by e.seq) as columns
    from vigie.alert_events e
    where not exists (select from broken b where b.alert_id = e.alert_id)
    group by e.alert_id
), derived as (
    select '{id,version,last_hash,created_at,updated_at}'::text[] as columns
), problem as (
    select * from broken
    union all
    select coalesce(a.id, e.alert_id), null,
           case when a.id is null then 'row_missing'
                when (a.version, a.last_hash) is distinct from (e.version, e.last_hash) then 'tail_missing'
                else 'row_edited' end
    from vigie.alerts a
    full join ends e on e.alert_id = a.id
    where a.id is null
       or (a.version, a.last_hash) is distinct from (e.version, e.last_hash)
              or ((a.created_at, a.updated_at) is distinct from (e.created_at, e.updated_at)
           and not exists (select from broken b where b.alert_id = a.id))
    union all
    select a.id, null, 'row_edited'
    from vigie.alerts a
    join rebuilt r on r.alert_id = a.id
    cross join derived
    where (to_jsonb(a) - derived.columns)
          <> (to_jsonb(jsonb_populate_record(null::vigie.alerts, r.columns)) - derived.columns)
)
select jsonb_build_object(
    'alerts', (select count(*) from vigie.alerts),
    'events', (select count(*) from vigie.alert_events),
    'broken', (select count(*) from problem),
    'discrepancies', (
        select coalesce(jsonb_agg(to_jsonb(p) order by p.alert_id, p.seq), '[]')
        from (select * from problem order by alert_id, seq limit 100) p)
)::text as "verification!"
