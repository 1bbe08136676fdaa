-- Schéma de démonstration : un dépôt pétrolier.
-- Mêmes tables, mêmes colonnes et même vue que l'application métier ; rien d'autre.
-- Volumes en litres, clés uuid, aucune extension.

create table public.depots (
    id  uuid primary key default gen_random_uuid(),
    nom text not null
);
comment on table public.depots is 'Dépôts pétroliers : un site de stockage et ses citernes.';

create table public.produits (
    id  uuid primary key default gen_random_uuid(),
    nom text not null
);
comment on table public.produits is 'Produits pétroliers stockés et vendus.';

create table public.citernes (
    id                uuid primary key default gen_random_uuid(),
    depot_id          uuid not null references public.depots (id),
    produit_id        uuid not null references public.produits (id),
    nom               text not null,
    capacite_totale   double precision not null
        constraint citernes_capacite_totale_positive check (capacite_totale > 0),
    capacite_securite double precision not null default 0
        constraint citernes_capacite_securite_positive check (capacite_securite >= 0),
    -- Facultatif, comme dans l'application : une citerne sans statut existe.
    statut            text default 'active'
        constraint citernes_statut_connu check (statut in ('active', 'inactive', 'maintenance'))
);
comment on table public.citernes is 'Citernes (bacs) d''un dépôt. Capacité utile = capacité totale − capacité de sécurité.';
create index citernes_depot_id_idx on public.citernes (depot_id);

create table public.cours_de_route (
    id                   uuid primary key default gen_random_uuid(),
    depot_destination_id uuid not null references public.depots (id),
    produit_id           uuid not null references public.produits (id),
    plaque_camion        text not null,
    volume               double precision not null
        constraint cours_de_route_volume_positif check (volume > 0),
    statut               text not null default 'CHARGEMENT'
        constraint cours_de_route_statut_connu
        check (statut in ('CHARGEMENT', 'TRANSIT', 'FRONTIERE', 'ARRIVE', 'DECHARGE')),
    date_chargement      date,
    created_at           timestamptz not null default now()
);
comment on table public.cours_de_route is 'Cours de route (CDR) : un camion chargé en chemin vers un dépôt.';
create index cours_de_route_arrives_idx on public.cours_de_route (created_at) where statut = 'ARRIVE';

create table public.receptions (
    id                 uuid primary key default gen_random_uuid(),
    -- Nul quand le produit n'arrive pas par camion suivi (bateau, livraison d'un partenaire).
    cours_de_route_id  uuid references public.cours_de_route (id),
    citerne_id         uuid not null references public.citernes (id),
    produit_id         uuid not null references public.produits (id),
    proprietaire_type  text not null
        constraint receptions_proprietaire_connu check (proprietaire_type in ('MONALUXE', 'PARTENAIRE')),
    volume_ambiant     double precision not null
        constraint receptions_volume_ambiant_positif check (volume_ambiant >= 0),
    volume_15c         double precision,
    volume_corrige_15c double precision,
    statut             text not null default 'validee'
        constraint receptions_statut_connu check (statut in ('validee', 'rejetee')),
    date_reception     timestamptz not null default now(),
    created_at         timestamptz not null default now()
);
comment on table public.receptions is 'Réceptions : entrées de produit dans une citerne. volume_15c fait foi ; volume_corrige_15c est l''ancienne colonne.';
create index receptions_cours_de_route_id_idx on public.receptions (cours_de_route_id);
create index receptions_citerne_id_idx on public.receptions (citerne_id, produit_id, proprietaire_type);
create index receptions_created_at_idx on public.receptions (created_at);
create index receptions_date_reception_idx on public.receptions (date_reception);

create table public.sorties_produit (
    id                 uuid primary key default gen_random_uuid(),
    citerne_id         uuid not null references public.citernes (id),
    produit_id         uuid not null references public.produits (id),
    proprietaire_type  text not null
        constraint sorties_produit_proprietaire_connu check (proprietaire_type in ('MONALUXE', 'PARTENAIRE')),
    volume_ambiant     double precision not null
        constraint sorties_produit_volume_ambiant_positif check (volume_ambiant >= 0),
    volume_15c         double precision,
    volume_corrige_15c double precision,
    statut             text not null default 'brouillon'
        constraint sorties_produit_statut_connu check (statut in ('brouillon', 'validee', 'rejetee')),
    date_sortie        timestamptz not null default now(),
    created_at         timestamptz not null default now()
);
comment on table public.sorties_produit is 'Sorties de produit d''une citerne. volume_15c fait foi ; volume_corrige_15c est l''ancienne colonne.';
create index sorties_produit_citerne_id_idx on public.sorties_produit (citerne_id, produit_id, proprietaire_type);
create index sorties_produit_created_at_idx on public.sorties_produit (created_at);
create index sorties_produit_date_sortie_idx on public.sorties_produit (date_sortie);

create table public.stocks_snapshot (
    citerne_id        uuid not null references public.citernes (id),
    produit_id        uuid not null references public.produits (id),
    proprietaire_type text not null
        constraint stocks_snapshot_proprietaire_connu check (proprietaire_type in ('MONALUXE', 'PARTENAIRE')),
    depot_id          uuid not null references public.depots (id),
    stock_ambiant     double precision not null default 0
        constraint stocks_snapshot_stock_ambiant_positif check (stock_ambiant >= 0),
    stock_15c         double precision not null default 0
        constraint stocks_snapshot_stock_15c_positif check (stock_15c >= 0),
    last_movement_at  timestamptz,
    primary key (citerne_id, produit_id, proprietaire_type)
);
comment on table public.stocks_snapshot is 'Stock courant par citerne, produit et propriétaire, tenu à jour à chaque mouvement validé.';

create table public.stocks_adjustments (
    mouvement_type    text not null
        constraint stocks_adjustments_mouvement_type_connu check (mouvement_type in ('RECEPTION', 'SORTIE')),
    mouvement_id      uuid not null,
    citerne_id        uuid not null references public.citernes (id),
    produit_id        uuid not null references public.produits (id),
    proprietaire_type text not null
        constraint stocks_adjustments_proprietaire_connu check (proprietaire_type in ('MONALUXE', 'PARTENAIRE')),
    depot_id          uuid not null references public.depots (id),
    delta_ambiant     double precision not null default 0,
    delta_15c         double precision not null default 0,
    reason            text not null,
    created_at        timestamptz not null default now(),
    -- Clé propre à la démonstration : deux corrections d'un même mouvement sont permises.
    id                uuid primary key default gen_random_uuid()
);
comment on table public.stocks_adjustments is 'Corrections de stock : s''ajoutent au stock courant sans réécrire les mouvements.';
create index stocks_adjustments_citerne_id_idx on public.stocks_adjustments (citerne_id, produit_id, proprietaire_type);

-- Comme dans l'application, stock_ambiant et stock_15c sont bornés à zéro : seules les
-- colonnes base et delta permettent de voir un stock négatif.
create view public.v_stock_actuel with (security_invoker = true) as
with ajustements as (
    select
        a.citerne_id,
        a.produit_id,
        a.proprietaire_type,
        min(a.depot_id::text)::uuid as depot_id,
        sum(a.delta_ambiant) as delta_ambiant_total,
        sum(a.delta_15c) as delta_15c_total
    from public.stocks_adjustments as a
    group by a.citerne_id, a.produit_id, a.proprietaire_type
),
lignes as (
    select
        coalesce(s.depot_id, a.depot_id) as depot_id,
        citerne_id,
        produit_id,
        proprietaire_type,
        coalesce(s.stock_ambiant, 0) as stock_ambiant_base,
        coalesce(s.stock_15c, 0) as stock_15c_base,
        coalesce(a.delta_ambiant_total, 0) as delta_ambiant_total,
        coalesce(a.delta_15c_total, 0) as delta_15c_total
    from public.stocks_snapshot as s
    full join ajustements as a using (citerne_id, produit_id, proprietaire_type)
)
select
    l.depot_id,
    l.citerne_id,
    l.produit_id,
    l.proprietaire_type,
    greatest(l.stock_ambiant_base + l.delta_ambiant_total, 0) as stock_ambiant,
    greatest(l.stock_15c_base + l.delta_15c_total, 0) as stock_15c,
    l.stock_ambiant_base,
    l.stock_15c_base,
    l.delta_ambiant_total,
    l.delta_15c_total
from lignes as l;
comment on view public.v_stock_actuel is 'Stock courant, corrections comprises, par citerne, produit et propriétaire.';
