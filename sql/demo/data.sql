-- Données de démonstration : trois dépôts, une vingtaine de citernes, deux propriétaires et
-- quatre mois de mouvements. Tout y est sain : aucun contrôle du pack « depot » ne se réveille.
--
-- Répétable : le hasard vient d'empreintes calculées avec la graine vigie.demo_seed (42 si elle
-- n'est pas donnée) et les dates partent du jour courant (UTC). Deux chargements le même jour
-- avec la même graine donnent les mêmes lignes.

-- Des jours de 24 heures, quel que soit le fuseau de la session (le temps de ce chargement).
set local time zone 'UTC';

-- Un nombre dans [0, 1) qui ne dépend que de la graine et de la clé.
create function pg_temp.alea(cle text) returns double precision
language sql stable as $$
    select (hashtextextended(
        cle collate "C",
        coalesce(nullif(current_setting('vigie.demo_seed', true), ''), '42')::bigint
    ) & 1073741823)::double precision / 1073741824
$$;

-- Un camion d'une flotte : la même clé donne toujours la même plaque.
create function pg_temp.plaque(depot text, cle text) returns text
language sql stable as $$
    select case
        -- Lubumbashi est ravitaillé par la route, depuis la Zambie et la Tanzanie.
        when depot = 'LUB' and pg_temp.alea(cle || ':pays') < 0.30 then
            'T ' || (100 + floor(900 * pg_temp.alea(cle || ':n')))::int || ' D' || l.a || l.b
        when depot = 'LUB' and pg_temp.alea(cle || ':pays') < 0.65 then
            'B' || l.a || l.b || ' ' || (1000 + floor(9000 * pg_temp.alea(cle || ':n')))::int
        else
            (1000 + floor(9000 * pg_temp.alea(cle || ':n')))::int || l.a || l.b
            || case depot when 'KIN' then '/01' when 'MAT' then '/02' else '/05' end
    end
    from (
        select
            chr(65 + floor(26 * pg_temp.alea(cle || ':a'))::int) as a,
            chr(65 + floor(26 * pg_temp.alea(cle || ':b'))::int) as b
    ) as l
$$;

insert into public.depots (id, nom) values
    (md5('depot:KIN')::uuid, 'Dépôt de Kinshasa-Limete'),
    (md5('depot:MAT')::uuid, 'Dépôt de Matadi (port d''Ango-Ango)'),
    (md5('depot:LUB')::uuid, 'Dépôt de Lubumbashi (route de l''Aéroport)');

insert into public.produits (id, nom) values
    (md5('produit:ESS')::uuid, 'Essence'),
    (md5('produit:GAS')::uuid, 'Gasoil'),
    (md5('produit:JET')::uuid, 'Jet A1'),
    (md5('produit:PET')::uuid, 'Pétrole lampant');

insert into public.citernes (id, depot_id, produit_id, nom, capacite_totale, capacite_securite, statut)
select
    md5('citerne:' || v.code)::uuid,
    md5('depot:' || left(v.code, 3))::uuid,
    md5('produit:' || v.produit)::uuid,
    v.nom,
    v.capacite,
    v.capacite * 0.05,
    v.statut
from (values
    ('KIN-T01', 'ESS', 'KIN-T01',                           450000, 'active'),
    ('KIN-T02', 'ESS', 'KIN-T02',                           300000, 'active'),
    ('KIN-T03', 'GAS', 'KIN-T03',                           600000, 'active'),
    ('KIN-T04', 'GAS', 'KIN-T04',                           400000, 'active'),
    ('KIN-T05', 'JET', 'KIN-T05',                           350000, 'active'),
    ('KIN-T06', 'PET', 'KIN-T06',                           150000, 'active'),
    ('KIN-T07', 'GAS', 'KIN-T07 (en révision)',             200000, 'maintenance'),
    ('KIN-T08', 'ESS', 'KIN-T08 (citerne d''appoint)',      100000, 'active'),
    ('MAT-T01', 'ESS', 'MAT-T01',                           800000, 'active'),
    ('MAT-T02', 'GAS', 'MAT-T02',                          1000000, 'active'),
    ('MAT-T03', 'GAS', 'MAT-T03',                           500000, 'active'),
    ('MAT-T04', 'JET', 'MAT-T04',                           600000, 'active'),
    ('MAT-T05', 'PET', 'MAT-T05',                           200000, 'active'),
    ('MAT-T06', 'GAS', 'MAT-T06 (bac de l''ancien quai)',   120000, 'inactive'),
    ('MAT-T07', 'GAS', 'MAT-T07 (citerne neuve)',            50000, null),
    ('LUB-T01', 'ESS', 'LUB-T01',                           350000, 'active'),
    ('LUB-T02', 'ESS', 'LUB-T02',                           250000, 'active'),
    ('LUB-T03', 'GAS', 'LUB-T03',                           700000, 'active'),
    ('LUB-T04', 'GAS', 'LUB-T04',                           500000, 'active'),
    ('LUB-T05', 'JET', 'LUB-T05',                           300000, 'active'),
    ('LUB-T06', 'PET', 'LUB-T06',                           120000, 'active'),
    ('LUB-T07', 'GAS', 'LUB-T07 (citerne de l''atelier)',    60000, 'active')
) as v (code, produit, nom, capacite, statut);

-- Quatre mois de mouvements, jour après jour, citerne après citerne. Chaque citerne connaît son
-- niveau : une réception n'a lieu que s'il y a la place (88 % de la capacité utile au plus), une
-- sortie que s'il reste au moins 10 000 L au propriétaire.
do $$
declare
    jours    constant int := 120;
    jour0    constant timestamptz := date_trunc('day', now());
    -- Sur les anciens mouvements, seule l'ancienne colonne volume_corrige_15c est remplie.
    bascule  constant timestamptz := jour0 - interval '75 days';
    f        record;          -- un flux : une citerne et un propriétaire
    niveaux  double precision[];
    totaux   jsonb := '{}';   -- niveau de chaque citerne, tous propriétaires réunis
    total    double precision;
    utile    double precision;
    cible    double precision;
    vol      double precision;
    v15      double precision;
    facteur  double precision;
    h        timestamptz;
    saisie   timestamptz;
    k        text;
    cdr      uuid;
    nb       int;
    chance   double precision;
    bateau   boolean;
begin
    niveaux := array_fill(0::double precision, array[100]);

    for j in 0 .. jours - 1 loop
        for f in
            select
                row_number() over (order by v.code, p.proprietaire) as rang,
                v.code,
                left(v.code, 3) as depot,
                p.proprietaire,
                length(v.proprietaires) as partage,
                c.id as citerne_id,
                c.depot_id,
                c.produit_id,
                c.capacite_totale,
                c.capacite_securite,
                q.nom as produit,
                -- Degrés au-dessus de 15 °C : le climat du dépôt, puis l'exposition de la citerne.
                case left(v.code, 3) when 'KIN' then 11 when 'MAT' then 12 else 5 end
                    + 5 * pg_temp.alea('chaleur:' || v.code) as chaleur
            from (values
                ('KIN-T01', 'MP'), ('KIN-T02', 'M'), ('KIN-T03', 'MP'), ('KIN-T04', 'M'),
                ('KIN-T05', 'P'),  ('KIN-T06', 'M'),
                ('MAT-T01', 'MP'), ('MAT-T02', 'MP'), ('MAT-T03', 'P'), ('MAT-T04', 'M'), ('MAT-T05', 'M'),
                ('LUB-T01', 'MP'), ('LUB-T02', 'P'), ('LUB-T03', 'MP'), ('LUB-T04', 'M'),
                ('LUB-T05', 'M'),  ('LUB-T06', 'P')
            ) as v (code, proprietaires)
            inner join public.citernes as c on c.id = md5('citerne:' || v.code)::uuid
            inner join public.produits as q on q.id = c.produit_id
            inner join (values ('M', 'MONALUXE'), ('P', 'PARTENAIRE')) as p (lettre, proprietaire)
                on position(p.lettre in v.proprietaires) > 0
            order by v.code, p.proprietaire
        loop
            k := f.code || ':' || f.proprietaire || ':' || j;
            utile := f.capacite_totale - f.capacite_securite;
            cible := 0.88 * utile / f.partage;
            total := coalesce((totaux ->> f.code)::double precision, 0);

            -- Réception du matin : d'autant plus probable que le stock est bas.
            chance := case
                when j = 0 then 1
                when niveaux[f.rang] < 0.40 * cible then 0.90
                when niveaux[f.rang] < 0.65 * cible then 0.50
                else 0.15
            end;
            -- Le dimanche, personne ne dépote.
            if extract(isodow from (jour0 - make_interval(days => jours - j))) = 7 and j > 0 then
                chance := 0;
            end if;
            if pg_temp.alea(k || ':reception') < chance then
                -- Stock d'ouverture, bateau (Matadi), livraison d'un partenaire, ou camion suivi.
                bateau := j = 0
                    or (f.depot = 'MAT' and pg_temp.alea(k || ':bateau') < 0.45)
                    or (f.proprietaire = 'PARTENAIRE' and pg_temp.alea(k || ':bateau') < 0.15);
                vol := case
                    when j = 0 then round(0.55 * cible)
                    when bateau and f.depot = 'MAT' then 60000 + round(90000 * pg_temp.alea(k || ':vol'))
                    else 28000 + round(16000 * pg_temp.alea(k || ':vol'))
                end;
                if total + vol <= 0.88 * utile then
                    h := jour0 - make_interval(days => jours - j)
                        + interval '5 hours' + make_interval(mins => floor(295 * pg_temp.alea(k || ':heure'))::int);
                    saisie := h + make_interval(mins => 3 + floor(20 * pg_temp.alea(k || ':saisie'))::int);
                    -- V15 = V × (1 − α (T − 15)), α selon le produit.
                    facteur := 1
                        - case f.produit when 'Essence' then 0.00120 when 'Gasoil' then 0.00083 else 0.00093 end
                        * (f.chaleur + pg_temp.alea(k || ':temperature'));
                    v15 := round((vol * facteur)::numeric, 1);

                    cdr := null;
                    if not bateau then
                        cdr := md5('cdr:' || k)::uuid;
                        insert into public.cours_de_route
                            (id, depot_destination_id, produit_id, plaque_camion, volume, statut, date_chargement, created_at)
                        values (
                            cdr, f.depot_id, f.produit_id,
                            pg_temp.plaque(f.depot, 'camion:' || f.depot || ':' || floor(45 * pg_temp.alea(k || ':camion'))::int),
                            -- Quelques litres se perdent en route.
                            ceil(vol * (1.0005 + 0.003 * pg_temp.alea(k || ':perte')) / 10) * 10,
                            'DECHARGE',
                            h::date - (2 + floor(7 * pg_temp.alea(k || ':route'))::int),
                            date_trunc('day', h)
                                - make_interval(days => 2 + floor(7 * pg_temp.alea(k || ':route'))::int)
                                + make_interval(mins => 420 + floor(400 * pg_temp.alea(k || ':depart'))::int)
                        );
                        -- Une première saisie, refusée puis refaite : elle ne compte pas.
                        if pg_temp.alea(k || ':refus') < 0.03 then
                            insert into public.receptions
                                (id, cours_de_route_id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, volume_corrige_15c, statut, date_reception, created_at)
                            values (
                                md5('reception-rejetee:' || k)::uuid, cdr, f.citerne_id, f.produit_id, f.proprietaire,
                                vol * 10, null, null, 'rejetee', h, saisie - interval '2 minutes'
                            );
                        end if;
                    end if;

                    insert into public.receptions
                        (id, cours_de_route_id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, volume_corrige_15c, statut, date_reception, created_at)
                    values (
                        md5('reception:' || k)::uuid, cdr, f.citerne_id, f.produit_id, f.proprietaire,
                        vol, case when h >= bascule then v15 end, v15, 'validee', h, saisie
                    );
                    niveaux[f.rang] := niveaux[f.rang] + vol;
                    total := total + vol;
                end if;
            end if;

            -- Sorties de la journée : zéro à trois camions clients, après les réceptions.
            nb := floor(1.8 * pg_temp.alea(k || ':sorties') + 1.6 * niveaux[f.rang] / cible)::int;
            if extract(isodow from (jour0 - make_interval(days => jours - j))) = 7 then
                nb := least(nb, 1);
            end if;
            for n in 0 .. least(nb, 3) - 1 loop
                -- Des bons de 5, 10, 15, 20, 27 ou 33 m³, au compteur près.
                vol := (array[5000, 10000, 10000, 15000, 20000, 27000, 33000])[1 + floor(7 * pg_temp.alea(k || ':bon:' || n))::int]
                    + round(60 * pg_temp.alea(k || ':compteur:' || n)) - 30;
                continue when niveaux[f.rang] - vol < 10000 or vol > 0.12 * f.capacite_totale;
                h := jour0 - make_interval(days => jours - j) + make_interval(hours => 10 + 2 * n)
                    + interval '30 minutes' + make_interval(mins => floor(90 * pg_temp.alea(k || ':heure:' || n))::int);
                saisie := h + make_interval(mins => 2 + floor(13 * pg_temp.alea(k || ':saisie:' || n))::int);
                facteur := 1
                    - case f.produit when 'Essence' then 0.00120 when 'Gasoil' then 0.00083 else 0.00093 end
                    * (f.chaleur + pg_temp.alea(k || ':temperature:' || n));
                v15 := round((vol * facteur)::numeric, 1);
                insert into public.sorties_produit
                    (id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, volume_corrige_15c, statut, date_sortie, created_at)
                values (
                    md5('sortie:' || k || ':' || n)::uuid, f.citerne_id, f.produit_id, f.proprietaire,
                    vol, case when h >= bascule then v15 end, v15, 'validee', h, saisie
                );
                niveaux[f.rang] := niveaux[f.rang] - vol;
                total := total - vol;
            end loop;

            -- Un bon refusé, bien plus grand que le stock : il ne compte pas.
            if pg_temp.alea(k || ':bon-refuse') < 0.01 then
                insert into public.sorties_produit
                    (id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, volume_corrige_15c, statut, date_sortie, created_at)
                values (
                    md5('sortie-rejetee:' || k)::uuid, f.citerne_id, f.produit_id, f.proprietaire,
                    900000, null, null, 'rejetee',
                    jour0 - make_interval(days => jours - j) + interval '18 hours',
                    jour0 - make_interval(days => jours - j) + interval '18 hours'
                );
            end if;
            -- La veille au soir, quelques bons attendent encore leur validation.
            if j = jours - 1 and pg_temp.alea(k || ':brouillon') < 0.40 then
                insert into public.sorties_produit
                    (id, citerne_id, produit_id, proprietaire_type, volume_ambiant, volume_15c, volume_corrige_15c, statut, date_sortie, created_at)
                values (
                    md5('sortie-brouillon:' || k)::uuid, f.citerne_id, f.produit_id, f.proprietaire,
                    20000, null, null, 'brouillon', jour0 - interval '5 hours', jour0 - interval '5 hours'
                );
            end if;

            totaux := jsonb_set(totaux, array[f.code], to_jsonb(total));
        end loop;
    end loop;
end
$$;

-- Le stock courant : la somme des mouvements validés, ni plus ni moins.
insert into public.stocks_snapshot
    (citerne_id, produit_id, proprietaire_type, depot_id, stock_ambiant, stock_15c, last_movement_at)
select
    m.citerne_id,
    m.produit_id,
    m.proprietaire_type,
    c.depot_id,
    round(sum(m.volume_ambiant::numeric), 1),
    round(sum(m.volume_15c::numeric), 1),
    max(m.created_at)
from (
    select r.citerne_id, r.produit_id, r.proprietaire_type, r.volume_ambiant,
           coalesce(r.volume_15c, r.volume_corrige_15c) as volume_15c, r.created_at
    from public.receptions as r
    where r.statut = 'validee'
    union all
    select s.citerne_id, s.produit_id, s.proprietaire_type, -s.volume_ambiant,
           -coalesce(s.volume_15c, s.volume_corrige_15c), s.created_at
    from public.sorties_produit as s
    where s.statut = 'validee'
) as m
inner join public.citernes as c on c.id = m.citerne_id
group by m.citerne_id, m.produit_id, m.proprietaire_type, c.depot_id;

-- Corrections d'inventaire : quelques dizaines de litres, sur la dernière sortie de chaque stock.
insert into public.stocks_adjustments
    (id, mouvement_type, mouvement_id, citerne_id, produit_id, proprietaire_type, depot_id, delta_ambiant, delta_15c, reason, created_at)
select
    md5('ajustement:' || s.id)::uuid,
    'SORTIE',
    s.id,
    s.citerne_id,
    s.produit_id,
    s.proprietaire_type,
    c.depot_id,
    a.delta,
    round((a.delta * 0.985)::numeric, 1),
    (array[
        'Jaugeage mensuel : évaporation',
        'Jaugeage mensuel : écart de compteur',
        'Purge d''eau en fond de bac',
        'Correction de l''agent de quart'
    ])[1 + floor(4 * pg_temp.alea('motif:' || s.id))::int],
    s.created_at + interval '40 minutes'
from (
    select distinct on (x.citerne_id, x.produit_id, x.proprietaire_type) x.*
    from public.sorties_produit as x
    where x.statut = 'validee'
    order by x.citerne_id, x.produit_id, x.proprietaire_type, x.created_at desc, x.id
) as s
inner join public.citernes as c on c.id = s.citerne_id
cross join lateral (select round(90 * pg_temp.alea('delta:' || s.id)) - 65 as delta) as a
where pg_temp.alea('corrige:' || s.id) < 0.60;

-- Les camions en route aujourd'hui. Ceux qui sont arrivés l'ont fait hier : ils ont deux jours.
insert into public.cours_de_route
    (id, depot_destination_id, produit_id, plaque_camion, volume, statut, date_chargement, created_at)
select
    md5('cdr:en-route:' || v.n)::uuid,
    md5('depot:' || v.depot)::uuid,
    md5('produit:' || v.produit)::uuid,
    pg_temp.plaque(v.depot, 'camion:' || v.depot || ':en-route:' || v.n),
    30000 + 500 * floor(28 * pg_temp.alea('volume:en-route:' || v.n)),
    v.statut,
    j.jour0::date - v.jours,
    j.jour0 - make_interval(days => v.jours) + make_interval(mins => 420 + v.n)
from (values
    ( 1, 'KIN', 'ESS', 'CHARGEMENT', 1),
    ( 2, 'LUB', 'GAS', 'CHARGEMENT', 1),
    ( 3, 'KIN', 'GAS', 'TRANSIT',    2),
    ( 4, 'KIN', 'JET', 'TRANSIT',    3),
    ( 5, 'LUB', 'ESS', 'TRANSIT',    5),
    ( 6, 'LUB', 'GAS', 'TRANSIT',    8),
    ( 7, 'LUB', 'GAS', 'FRONTIERE',  6),
    ( 8, 'LUB', 'PET', 'FRONTIERE', 11),
    ( 9, 'KIN', 'GAS', 'ARRIVE',     1),
    (10, 'MAT', 'ESS', 'ARRIVE',     1),
    (11, 'LUB', 'JET', 'ARRIVE',     1)
) as v (n, depot, produit, statut, jours)
cross join (select date_trunc('day', now()) as jour0) as j;

-- Un camion réceptionné dont personne n'a encore changé le statut : rien d'anormal.
update public.cours_de_route
set statut = 'ARRIVE'
where id = (
    select r.cours_de_route_id
    from public.receptions as r
    where r.cours_de_route_id is not null
      and r.statut = 'validee'
    order by r.created_at desc, r.id
    limit 1
);

drop function pg_temp.plaque(text, text);
drop function pg_temp.alea(text);
