-- A history of alerts as long use leaves it, of the checks that this database knows. Wanted: how many alerts (:alerts), how
-- many of them live (:live), and how many in a hundred opened in the last 90 days (:recent); the others were in two years.
-- Live ones lie scattered among all. Hashes are left empty: nothing that is measured reads them.
begin;
select setseed(0.42);

create temporary table made on commit drop as
with known as (
    select code, severity, row_number() over (order by code) as place, count(*) over () as many
    from vigie.checks
    where database = 'main' and active
), one as (
    select n, n % greatest(:alerts / :live, 1) = 0 as is_live, 1 + floor(random() * (select max(many) from known)) as place,
           now() - case when random() * 100 < :recent then random() * interval '90 days'
                        else interval '90 days' + random() * interval '640 days' end as opened_at,
           random() as taken_up, random() as how, (random() ^ 2) * interval '10 days' as took
    from generate_series(1, :alerts) as n
)
select o.n, o.is_live, k.code, k.severity, o.opened_at,
       case when o.taken_up < 0.4 then least(o.opened_at + o.took / 5, now()) end as acknowledged_at,
       case when not o.is_live then least(o.opened_at + o.took, now()) end as resolved_at,
       case when not o.is_live then
           case when o.how < 0.75 then 'CLEARED' when o.how < 0.95 then 'FIXED' else 'ACCEPTED' end end as resolution
from one o
inner join known k on k.place = o.place;

insert into vigie.alerts (
    id, database, check_code, entity_type, entity_id, entity_label, scope, severity, message, payload, content_hash,
    condition, missing_count, first_detected_at, last_detected_at, status, resolution, opened_at, due_at,
    acknowledged_by, acknowledged_at, resolved_by, resolved_at, verified_at, accepted_until, acted_at, reopen_count,
    version, last_hash, created_at, updated_at)
select
    md5('alert ' || m.n)::uuid, 'main', m.code, 'CITERNE', 'C-' || m.n, 'Citerne ' || m.n, 'Dépôt ' || m.n % 12,
    m.severity, 'La citerne ' || m.n || ' contient 52 130 L pour une capacité de 50 000 L, soit 2 130 L de trop',
    jsonb_build_object('citerne', 'C-' || m.n, 'stock_15c', 52130.250, 'capacite', 50000, 'depassement', 2130.250,
                       'produit', 'Gasoil', 'depot', 'Dépôt ' || m.n % 12),
    sha256(m.n::text::bytea), case when m.is_live then 'PRESENT' else 'ABSENT' end, 0, m.opened_at,
    coalesce(m.resolved_at, m.opened_at),
    case when not m.is_live then 'RESOLVED' when m.acknowledged_at is not null then 'ACK' else 'OPEN' end,
    m.resolution, m.opened_at,
    case m.severity when 'CRITICAL' then m.opened_at + interval '4 hours' when 'WARN' then m.opened_at + interval '3 days' end,
    case when m.acknowledged_at is not null then 'didier' end, m.acknowledged_at,
    case when m.resolution <> 'CLEARED' then 'didier' end, m.resolved_at,
    case when m.resolution = 'FIXED' then m.resolved_at end,
    case when m.resolution = 'ACCEPTED' then m.resolved_at + interval '30 days' end,
    coalesce(m.resolved_at, m.acknowledged_at), 0,
    1 + (m.acknowledged_at is not null)::integer + (m.resolved_at is not null)::integer, '', m.opened_at,
    coalesce(m.resolved_at, m.acknowledged_at, m.opened_at)
from made m
order by m.opened_at;

with mine as (
    -- those that a run opened have their events
    select * from vigie.alerts where last_hash = ''
)
insert into vigie.alert_events (alert_id, seq, at, kind, actor, login, door, diff, hash)
select e.id, row_number() over (partition by e.id order by e.place), e.at, e.kind, e.actor, 'vigie_sync', e.door,
       jsonb_build_object('set', e.set), ''
from (
    select a.id, 1 as place, a.opened_at as at, 'OPENED' as kind, null as actor, 'sync' as door,
           to_jsonb(a) - '{id,version,last_hash,created_at,updated_at}'::text[] || '{"status": "OPEN"}' as set
    from mine a
    union all
    select a.id, 2, a.acknowledged_at, 'ACKNOWLEDGED', 'didier', 'api',
           jsonb_build_object('status', 'ACK', 'acknowledged_by', 'didier', 'acknowledged_at', a.acknowledged_at)
    from mine a
    where a.acknowledged_at is not null
    union all
    select a.id, 3, a.resolved_at, case a.resolution when 'CLEARED' then 'CLEARED' else 'RESOLVED' end, a.resolved_by,
           case when a.resolved_by is null then 'sync' else 'api' end,
           jsonb_build_object('status', 'RESOLVED', 'resolution', a.resolution, 'resolved_by', a.resolved_by,
                              'resolved_at', a.resolved_at)
    from mine a
    where a.resolved_at is not null
) e
order by e.at;
commit;
