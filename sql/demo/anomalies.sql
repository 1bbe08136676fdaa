-- Anomalies de démonstration, à charger après data.sql.
--
-- Ce que chaque contrôle doit trouver, à toute heure du jour :
--
--   code                        constats
--   CDR_ARRIVE_STALE                   4
--   CITERNE_CAPACITE_INVALIDE          2
--   CITERNE_INACTIVE_USED              2
--   RECEPTION_ECART_15C                2
--   RECEPTION_V15_MISSING              2
--   SORTIE_ECART_15C                   1
--   SORTIE_STOCK_INSUFFISANT           2
--   SORTIE_V15_MISSING                 2
--   STOCK_LEDGER_MISMATCH              2
--   STOCK_NEGATIF                      2
--   STOCK_OVER_CAPACITY                2
--   total                             23
--
-- Chaque anomalie ne réveille qu'un contrôle : les mouvements ajoutés ici sont aussi portés dans
-- stocks_snapshot, comme le ferait l'application, sauf là où l'histoire est justement celle d'un
-- stock qui ne suit pas. Un volume à 15 °C manquant y compte pour zéro.

-- Des jours de 24 heures, quel que soit le fuseau de la session (le temps de ce chargement).
set local time zone 'UTC';

-- Porte au stock courant un mouvement validé, comme le fait l'application.
create function pg_temp.porter(citerne uuid, proprietaire text, ambiant double precision, v15 double precision, le timestamptz)
returns void language sql as $$
    insert into public.stocks_snapshot as s
        (citerne_id, produit_id, proprietaire_type, depot_id, stock_ambiant, stock_15c, last_movement_at)
    select c.id, c.produit_id, proprietaire, c.depot_id, ambiant, coalesce(v15, 0), le
    from public.citernes as c
    where c.id = citerne
    on conflict (citerne_id, produit_id, proprietaire_type) do update set
        stock_ambiant = round((s.stock_ambiant + excluded.stock_ambiant)::numeric, 1),
        stock_15c = round((s.stock_15c + excluded.stock_15c)::numeric, 1),
        last_movement_at = greatest(s.last_movement_at, excluded.last_movement_at)
$$;

-- Une réception validée, portée au stock.
create function pg_temp.recevoir(cle text, code text, proprietaire text, ambiant double precision, v15 double precision, le timestamptz)
returns void language sql as $$
    insert into public.receptions
        (id, cours_de_route_id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, volume_corrige_15c, statut, date_reception, created_at)
    select md5('anomalie:' || cle)::uuid, null, c.id, c.produit_id, proprietaire, ambiant, v15, v15, 'validee', le, le + interval '10 minutes'
    from public.citernes as c
    where c.id = md5('citerne:' || code)::uuid;
    select pg_temp.porter(md5('citerne:' || code)::uuid, proprietaire, ambiant, v15, le + interval '10 minutes')
$$;

-- Une sortie validée, portée au stock. Celle qui sort plus qu'il n'y a se porte à part.
create function pg_temp.sortir(cle text, code text, proprietaire text, ambiant double precision, v15 double precision, le timestamptz, portee boolean default true)
returns void language sql as $$
    insert into public.sorties_produit
        (id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, volume_corrige_15c, statut, date_sortie, created_at)
    select md5('anomalie:' || cle)::uuid, c.id, c.produit_id, proprietaire, ambiant, v15, v15, 'validee', le, le + interval '5 minutes'
    from public.citernes as c
    where c.id = md5('citerne:' || code)::uuid;
    update public.stocks_snapshot as s
    set stock_ambiant = round((s.stock_ambiant - ambiant)::numeric, 1),
        stock_15c = round((s.stock_15c - coalesce(v15, 0))::numeric, 1),
        last_movement_at = greatest(s.last_movement_at, le + interval '5 minutes')
    where portee
      and s.citerne_id = md5('citerne:' || code)::uuid
      and s.proprietaire_type = proprietaire
$$;

-- Une correction de stock, rattachée au dernier mouvement connu du stock.
create function pg_temp.corriger(cle text, code text, proprietaire text, ambiant double precision, v15 double precision, motif text)
returns void language sql as $$
    insert into public.stocks_adjustments
        (id, mouvement_type, mouvement_id, citerne_id, produit_id, proprietaire_type, depot_id, delta_ambiant, delta_15c, reason, created_at)
    select
        md5('anomalie:' || cle)::uuid,
        'RECEPTION',
        coalesce(
            (
                select r.id from public.receptions as r
                where r.citerne_id = c.id and r.proprietaire_type = proprietaire and r.statut = 'validee'
                order by r.created_at desc, r.id
                limit 1
            ),
            md5('anomalie:mouvement:' || cle)::uuid
        ),
        c.id, c.produit_id, proprietaire, c.depot_id, ambiant, v15, motif,
        date_trunc('day', now()) - interval '4 hours'
    from public.citernes as c
    where c.id = md5('citerne:' || code)::uuid
$$;

-- STOCK_NEGATIF (1/2) -------------------------------------------------------------------------
-- LUB-T06 : l'agent a annulé deux fois la même réception par correction ; le stock du partenaire
-- passe à -480 L. La vue, bornée à zéro, affiche tranquillement 0 L.
select pg_temp.corriger('negatif:1', 'LUB-T06', 'PARTENAIRE',
    round((-v.stock_ambiant - 480)::numeric, 1), round((-v.stock_15c - 473)::numeric, 1),
    'Annulation de réception (saisie deux fois)')
from public.v_stock_actuel as v
where v.citerne_id = md5('citerne:LUB-T06')::uuid and v.proprietaire_type = 'PARTENAIRE';

-- STOCK_NEGATIF (2/2) -------------------------------------------------------------------------
-- KIN-T06 : le stock ambiant est juste, mais une correction de densité a vidé le stock à 15 °C,
-- jusqu'à -65 L.
select pg_temp.corriger('negatif:2', 'KIN-T06', 'MONALUXE',
    0, round((-v.stock_15c - 65)::numeric, 1),
    'Reprise de la densité à 15 °C')
from public.v_stock_actuel as v
where v.citerne_id = md5('citerne:KIN-T06')::uuid and v.proprietaire_type = 'MONALUXE';

-- STOCK_OVER_CAPACITY (1/2) -------------------------------------------------------------------
-- KIN-T01 : hier soir, le partenaire a fait pomper sa cargaison par l'oléoduc sans regarder la
-- part de MONALUXE. Chacun reste sous la capacité utile, la citerne la dépasse de 3 150 L.
select pg_temp.recevoir('capacite:1', 'KIN-T01', 'PARTENAIRE', n.volume, round((n.volume * 0.982)::numeric, 1),
    date_trunc('day', now()) - interval '5 hours 30 minutes')
from (
    select ceil(max(c.capacite_totale - c.capacite_securite) - sum(v.stock_ambiant) + 3150) as volume
    from public.v_stock_actuel as v
    inner join public.citernes as c on c.id = v.citerne_id
    where c.id = md5('citerne:KIN-T01')::uuid
) as n;

-- STOCK_OVER_CAPACITY (2/2) -------------------------------------------------------------------
-- MAT-T07, citerne neuve dont le statut n'est pas encore renseigné : son stock d'ouverture de
-- 51 200 L est saisi par correction, pour 47 500 L utiles.
select pg_temp.corriger('capacite:2', 'MAT-T07', 'MONALUXE', 51200, 50560.4, 'Stock d''ouverture de la citerne neuve');

-- SORTIE_STOCK_INSUFFISANT (deux constats) ------------------------------------------------------
-- KIN-T08, citerne d'appoint : deux clients servis le matin, avant que la réception du partenaire
-- ne soit saisie l'après-midi. Le stock final est juste ; les deux sorties ne l'étaient pas.
select pg_temp.sortir('insuffisant:1', 'KIN-T08', 'PARTENAIRE', 8000, 7858.4, date_trunc('day', now()) - interval '8 days 15 hours', false);
select pg_temp.sortir('insuffisant:2', 'KIN-T08', 'PARTENAIRE', 5012, 4923.1, date_trunc('day', now()) - interval '8 days 13 hours', false);
select pg_temp.recevoir('insuffisant:3', 'KIN-T08', 'PARTENAIRE', 42000, 41256.6, date_trunc('day', now()) - interval '8 days 9 hours');
update public.stocks_snapshot
set stock_ambiant = stock_ambiant - 8000 - 5012,
    stock_15c = round((stock_15c - 7858.4 - 4923.1)::numeric, 1)
where citerne_id = md5('citerne:KIN-T08')::uuid and proprietaire_type = 'PARTENAIRE';

-- STOCK_LEDGER_MISMATCH (1/2) -----------------------------------------------------------------
-- KIN-T03 : le stock de MONALUXE a perdu 1 250 L dans une mise à jour interrompue ; les
-- mouvements, eux, sont intacts.
update public.stocks_snapshot
set stock_ambiant = stock_ambiant - 1250
where citerne_id = md5('citerne:KIN-T03')::uuid and proprietaire_type = 'MONALUXE';

-- STOCK_LEDGER_MISMATCH (2/2) -----------------------------------------------------------------
-- MAT-T02 : seul le stock à 15 °C du partenaire diffère, de 85,4 L.
update public.stocks_snapshot
set stock_15c = round((stock_15c + 85.4)::numeric, 1)
where citerne_id = md5('citerne:MAT-T02')::uuid and proprietaire_type = 'PARTENAIRE';

-- CDR_ARRIVE_STALE (quatre constats) --------------------------------------------------------------
-- Trois camions arrivés depuis 3, 5 et 9 jours que personne n'a dépotés ; un quatrième dont la
-- seule réception a été rejetée : son chargement n'est nulle part.
insert into public.cours_de_route
    (id, depot_destination_id, produit_id, plaque_camion, volume, statut, date_chargement, created_at)
select
    md5('anomalie:cdr:' || v.n)::uuid,
    md5('depot:' || v.depot)::uuid,
    md5('produit:' || v.produit)::uuid,
    v.plaque,
    v.volume,
    'ARRIVE',
    date_trunc('day', now())::date - v.jours,
    date_trunc('day', now()) - make_interval(days => v.jours) + interval '8 hours 20 minutes'
from (values
    (1, 'KIN', 'GAS', '4127BK/01',  38000, 4),
    (2, 'LUB', 'ESS', 'T 482 DKR',  41500, 6),
    (3, 'MAT', 'PET', '7730AL/02',  29500, 10),
    (4, 'LUB', 'GAS', 'BAE 4821',   36000, 5)
) as v (n, depot, produit, plaque, volume, jours);

insert into public.receptions
    (id, cours_de_route_id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, volume_corrige_15c, statut, date_reception, created_at)
values (
    md5('anomalie:cdr:4:reception')::uuid, md5('anomalie:cdr:4')::uuid,
    md5('citerne:LUB-T04')::uuid, md5('produit:GAS')::uuid, 'MONALUXE',
    35910, null, null, 'rejetee',
    date_trunc('day', now()) - interval '4 days 10 hours', date_trunc('day', now()) - interval '4 days 10 hours'
);

-- RECEPTION_ECART_15C (1/2) ---------------------------------------------------------------------
-- MAT-T03 : gasoil réceptionné avec la densité d'un autre produit, 9 % de moins à 15 °C.
select pg_temp.recevoir('ecart:1', 'MAT-T03', 'PARTENAIRE', 38400, 34944, date_trunc('day', now()) - interval '5 days 14 hours');

-- RECEPTION_ECART_15C (2/2) ---------------------------------------------------------------------
-- LUB-T04 : température saisie avec le mauvais signe et une virgule en trop, 7,4 % de plus à 15 °C.
select pg_temp.recevoir('ecart:2', 'LUB-T04', 'MONALUXE', 41200, 44250, date_trunc('day', now()) - interval '1 day 14 hours');

-- SORTIE_ECART_15C --------------------------------------------------------------------------------
-- LUB-T03 : deux chiffres inversés, 8 980 L à 15 °C pour 9 800 L servis.
select pg_temp.sortir('ecart:3', 'LUB-T03', 'MONALUXE', 9800, 8980, date_trunc('day', now()) - interval '4 hours 45 minutes');

-- RECEPTION_V15_MISSING (1/2) -------------------------------------------------------------------
-- MAT-T05 : réception validée sans température ni densité, donc sans volume à 15 °C.
select pg_temp.recevoir('v15:1', 'MAT-T05', 'MONALUXE', 18500, null, date_trunc('day', now()) - interval '3 days 15 hours');

-- RECEPTION_V15_MISSING (2/2) -------------------------------------------------------------------
-- LUB-T05 : volume à 15 °C enregistré à zéro.
select pg_temp.recevoir('v15:2', 'LUB-T05', 'MONALUXE', 30000, 0, date_trunc('day', now()) - interval '2 days 16 hours');

-- SORTIE_V15_MISSING (1/2) ----------------------------------------------------------------------
-- LUB-T01 : bon validé depuis un téléphone hors connexion, sans volume à 15 °C.
select pg_temp.sortir('v15:3', 'LUB-T01', 'PARTENAIRE', 7500, null, date_trunc('day', now()) - interval '5 hours 10 minutes');

-- SORTIE_V15_MISSING (2/2) ----------------------------------------------------------------------
-- KIN-T04 : volume à 15 °C enregistré à zéro.
select pg_temp.sortir('v15:4', 'KIN-T04', 'MONALUXE', 6020, 0, date_trunc('day', now()) - interval '1 day 5 hours');

-- CITERNE_INACTIVE_USED (1/2) -------------------------------------------------------------------
-- KIN-T07, en révision : un camion y a été dépoté par erreur, puis un client servi.
select pg_temp.recevoir('inactive:1', 'KIN-T07', 'MONALUXE', 24000, 23752.5, date_trunc('day', now()) - interval '4 days 16 hours');
select pg_temp.sortir('inactive:2', 'KIN-T07', 'MONALUXE', 6000, 5938.1, date_trunc('day', now()) - interval '2 days 11 hours');

-- CITERNE_INACTIVE_USED (2/2) -------------------------------------------------------------------
-- LUB-T02 : déclarée inactive sur sa fiche, elle sert pourtant tous les jours.
update public.citernes set statut = 'inactive' where id = md5('citerne:LUB-T02')::uuid;

-- CITERNE_CAPACITE_INVALIDE (1/2) ---------------------------------------------------------------
-- MAT-T06 : capacité de sécurité recopiée de la capacité totale (cas limite, égalité).
update public.citernes set capacite_securite = capacite_totale where id = md5('citerne:MAT-T06')::uuid;

-- CITERNE_CAPACITE_INVALIDE (2/2) ---------------------------------------------------------------
-- LUB-T07 : un zéro de trop, 600 000 L de sécurité pour une citerne de 60 000 L.
update public.citernes set capacite_securite = 600000 where id = md5('citerne:LUB-T07')::uuid;

drop function pg_temp.corriger(text, text, text, double precision, double precision, text);
drop function pg_temp.sortir(text, text, text, double precision, double precision, timestamptz, boolean);
drop function pg_temp.recevoir(text, text, text, double precision, double precision, timestamptz);
drop function pg_temp.porter(uuid, text, double precision, double precision, timestamptz);
