-- A depot of any size, for measuring. Run by psql, which is given movements, tanks, rate (percent) and seed.
--
-- Every stock (a tank and an owner) lives in cycles: one reception of 40,000 L, then three sorties that take it away
-- again. So the books are right at every moment, whatever the size: no check has a finding that is not put there.
-- Anomalies are as many as `rate` percent of the movements. A fifth of them are trucks that nobody received; the
-- others are movements, spread over the checks by their date, since some checks look at the last 30 or 90 days only.
-- Beside them the same share of the tanks is wrong in each of four ways, one tank at least.
-- The same seed on the same day gives the same rows. No finding lies near the edge of a check's window, so that none
-- appears or vanishes while somebody measures.

set time zone 'UTC';
-- One hand makes all rows: nothing is gained by looking up their references one by one.
set session_replication_role = replica;

begin;

-- A number in [0, 1) that depends on seed and key only.
create function pg_temp.draw(key bigint, salt bigint) returns double precision
language sql immutable as $$
    select (hashint8extended(key, salt) & 1073741823)::double precision / 1073741824
$$;

insert into public.depots (id, nom)
select md5('depot:' || d)::uuid, 'Dépôt ' || d
from generate_series(1, 5) as d;

insert into public.produits (id, nom)
select md5('produit:' || p)::uuid, (array['Essence', 'Gasoil', 'Jet A1', 'Pétrole lampant'])[p]
from generate_series(1, 4) as p;

-- How many tanks are wrong in each way: the first ones have absurd capacities, the next are inactive, then come those
-- with a negative stock, then those whose stock is not that of their movements.
select greatest(1, round(:tanks * :rate / 100.0))::int as wrong \gset

insert into public.citernes (id, depot_id, produit_id, nom, capacite_totale, capacite_securite, statut)
select
    md5('citerne:' || t)::uuid,
    md5('depot:' || 1 + t % 5)::uuid,
    md5('produit:' || 1 + t % 4)::uuid,
    'T' || t,
    10000000,
    case when t <= :wrong then 10000000 else 500000 end,
    case when t > :wrong and t <= 2 * :wrong then 'inactive' else 'active' end
from generate_series(1, :tanks) as t;

-- The cycles, numbered in the order of time, as an application would have written them: 720 days, the last one ended.
create temporary table cycles on commit drop as
select
    c.cycle * 2 * :tanks + (t.tank - 1) * 2 + o.owner as n,
    t.tank,
    c.cycle,
    md5('citerne:' || t.tank)::uuid as citerne_id,
    md5('produit:' || 1 + t.tank % 4)::uuid as produit_id,
    md5('depot:' || 1 + t.tank % 5)::uuid as depot_id,
    (array['MONALUXE', 'PARTENAIRE'])[1 + o.owner] as proprietaire,
    -- every stock at its own minute of the cycle
    date_trunc('day', now()) - interval '721 days'
        + (c.cycle + 0.2 * pg_temp.draw(t.tank * 2 + o.owner, :seed)) * s.length as at,
    s.length
from (select :movements / (8 * :tanks) as cycles, interval '720 days' / (:movements / (8 * :tanks)) as length) as s
cross join lateral generate_series(0, s.cycles - 1) as c (cycle)
cross join generate_series(1, :tanks) as t (tank)
cross join generate_series(0, 1) as o (owner);

-- Received trucks, half of the deliveries.
insert into public.cours_de_route
    (id, depot_destination_id, produit_id, plaque_camion, volume, statut, date_chargement, created_at)
select
    md5('cdr:' || c.n)::uuid, c.depot_id, c.produit_id, 'B' || 1000 + c.n % 9000, 40100, 'DECHARGE',
    (c.at - interval '4 days')::date, c.at - interval '4 days'
from cycles as c
where c.proprietaire = 'MONALUXE'
order by c.n;

-- Trucks that arrived 3 to 200 days ago and that nobody received.
insert into public.cours_de_route
    (id, depot_destination_id, produit_id, plaque_camion, volume, statut, date_chargement, created_at)
select
    md5('cdr:stale:' || n)::uuid, md5('depot:' || 1 + n % 5)::uuid, md5('produit:' || 1 + n % 4)::uuid,
    'S' || 1000 + n % 9000, 38000, 'ARRIVE', l.at::date - 3, l.at
from generate_series(1, greatest(1, round(:movements * :rate / 500.0))::bigint) as n
cross join lateral (
    select date_trunc('day', now()) - interval '3 days 1 hour' - pg_temp.draw(n, :seed + 1) * interval '197 days' as at
) as l;

-- Stocks begin with 2,000,000 L, which are never touched: a movement without its volume at 15 °C shifts the stock at
-- 15 °C for good, and no stock may fall below zero.
insert into public.receptions
    (id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, volume_corrige_15c, statut,
     date_reception, created_at)
select
    md5('opening:' || c.n)::uuid, c.citerne_id, c.produit_id, c.proprietaire, 2000000, 1970000, 1970000, 'validee',
    c.at - interval '1 day', c.at - interval '1 day'
from cycles as c
where c.cycle = 0
order by c.n;

insert into public.receptions
    (id, cours_de_route_id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, volume_corrige_15c,
     statut, date_reception, created_at)
select
    md5('reception:' || c.n)::uuid,
    case when c.proprietaire = 'MONALUXE' then md5('cdr:' || c.n)::uuid end,
    c.citerne_id, c.produit_id, c.proprietaire, 40000,
    -- the older column alone is filled on older rows
    case when a.anomaly = 'none' and c.at < now() - interval '75 days' then null else v.v15 end,
    v.v15, 'validee', c.at, c.at + interval '5 minutes'
from cycles as c
cross join lateral (
    select case
        when pg_temp.draw(c.n, :seed + 2) >= :rate * 0.8 / 100.0 then 'none'
        when c.at > now() - interval '27 days' and pg_temp.draw(c.n, :seed + 3) < 0.5 then 'gap'
        else 'missing'
    end as anomaly
) as a
cross join lateral (
    select case a.anomaly
        when 'gap' then 36000
        when 'none' then 39400
    end as v15
) as v
order by c.n;

insert into public.sorties_produit
    (id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, volume_corrige_15c, statut,
     date_sortie, created_at)
select
    md5('sortie:' || c.n || ':' || s.place)::uuid, c.citerne_id, c.produit_id, c.proprietaire,
    v.volume,
    case when a.anomaly in ('none', 'short') and w.at < now() - interval '75 days' then null else v15.v15 end,
    v15.v15, 'validee', w.at, w.at + interval '5 minutes'
from cycles as c
cross join generate_series(1, 3) as s (place)
cross join lateral (select c.at + s.place * 0.2 * c.length as at) as w
cross join lateral (
    select case
        when pg_temp.draw(4 * c.n + s.place, :seed + 5) >= :rate * 0.8 / 100.0 then 'none'
        when s.place = 1 and w.at > now() - interval '85 days' then 'short'
        when w.at > now() - interval '27 days' and pg_temp.draw(4 * c.n + s.place, :seed + 6) < 0.5 then 'gap'
        else 'missing'
    end as anomaly
) as a
cross join lateral (
    select
        10000 + floor(3000 * pg_temp.draw(4 * c.n + 1, :seed + 4)) as first,
        10000 + floor(3000 * pg_temp.draw(4 * c.n + 2, :seed + 4)) as second
) as p
cross join lateral (
    -- The third takes what is left. Who takes 2,100,000 L too much has taken more than there was.
    select case s.place when 1 then p.first when 2 then p.second else 40000 - p.first - p.second end
        + case a.anomaly when 'short' then 2100000 else 0 end as volume
) as v
cross join lateral (
    select case a.anomaly
        when 'gap' then round(v.volume * 0.9)
        when 'missing' then null
        else round(v.volume * 0.985)
    end as v15
) as v15
order by c.n, s.place;

-- What was taken too much comes back a minute later, so that it is wrong once and not ever after.
insert into public.receptions
    (id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, volume_corrige_15c, statut,
     date_reception, created_at)
select
    md5('back:' || s.id)::uuid, s.citerne_id, s.produit_id, s.proprietaire_type, 2100000, 2068500, 2068500, 'validee',
    s.date_sortie + interval '1 minute', s.created_at + interval '1 minute'
from public.sorties_produit as s
where s.volume_ambiant > 2000000;

-- The stock is the sum of the movements; of some tanks it is not.
insert into public.stocks_snapshot
    (citerne_id, produit_id, proprietaire_type, depot_id, stock_ambiant, stock_15c, last_movement_at)
select
    m.citerne_id, m.produit_id, m.proprietaire_type, c.depot_id,
    sum(m.ambiant) + case when substr(c.nom, 2)::int between 3 * :wrong + 1 and 4 * :wrong then 250 else 0 end,
    sum(coalesce(m.v15, 0)),
    max(m.created_at)
from (
    select citerne_id, produit_id, proprietaire_type, volume_ambiant as ambiant,
           coalesce(volume_15c, volume_corrige_15c) as v15, created_at
    from public.receptions
    union all
    select citerne_id, produit_id, proprietaire_type, -volume_ambiant,
           -coalesce(volume_15c, volume_corrige_15c), created_at
    from public.sorties_produit
) as m
inner join public.citernes as c on c.id = m.citerne_id
group by m.citerne_id, m.produit_id, m.proprietaire_type, c.depot_id, c.nom;

-- The ledger of corrections: a few litres up, the same down, one for every hundred movements.
insert into public.stocks_adjustments
    (id, mouvement_type, mouvement_id, citerne_id, produit_id, proprietaire_type, depot_id, delta_ambiant, delta_15c,
     reason, created_at)
select
    md5('correction:' || c.n)::uuid, 'RECEPTION', md5('reception:' || c.n)::uuid,
    c.citerne_id, c.produit_id, c.proprietaire, c.depot_id, d.delta, d.delta, 'Jaugeage mensuel',
    c.at + interval '1 hour'
from cycles as c
cross join lateral (select case when c.cycle % 50 = 0 then 12 else -12 end as delta) as d
where c.cycle % 25 = 0;

-- Somebody corrected more away than there was.
insert into public.stocks_adjustments
    (id, mouvement_type, mouvement_id, citerne_id, produit_id, proprietaire_type, depot_id, delta_ambiant, delta_15c,
     reason, created_at)
select
    md5('negative:' || s.citerne_id)::uuid, 'RECEPTION', md5('opening:' || s.citerne_id)::uuid,
    s.citerne_id, s.produit_id, s.proprietaire_type, s.depot_id, -s.stock_ambiant - 500, 0,
    'Annulation saisie deux fois', date_trunc('day', now()) - interval '4 hours'
from public.stocks_snapshot as s
inner join public.citernes as c on c.id = s.citerne_id
where substr(c.nom, 2)::int between 2 * :wrong + 1 and 3 * :wrong
  and s.proprietaire_type = 'MONALUXE';

drop function pg_temp.draw(bigint, bigint);
commit;

-- What autovacuum would have done long ago: measuring starts with statistics, and no run pays for the loading.
vacuum (analyze);
