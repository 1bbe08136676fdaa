/*+++
code     = "CDR_ARRIVE_STALE"
format   = 1
severity = "WARN"
entity   = "CDR"
title    = { fr = "Camion arrivé, jamais réceptionné", en = "Truck arrived, never received" }
message  = { fr = "Camion {{ entity_label }} : arrivé au dépôt avec {{ payload.volume }} L ({{ payload.produit }}), toujours sans réception validée depuis le {{ payload.depuis }} (heure de Kinshasa, d'après {{ payload.source }}). Retrouver le camion : ce volume manque au stock.", en = "Truck {{ entity_label }}: arrived at the depot with {{ payload.volume }} L ({{ payload.produit }}), still without a validated reception since {{ payload.depuis }} (Kinshasa time, from {{ payload.source }}). Find the truck: this volume is missing from the stock." }
runbook  = "depot#cdr_arrive_stale"
every    = "15m"
timeout  = "10s"
max_rows = 500
resolve_after = 2
guard    = "select exists (select from public.cours_de_route)"
requires = ["public.cours_de_route", "public.receptions", "public.depots", "public.produits"]
without_columns = ["public.cours_de_route.date_arrivee"]
volatile = ["age_h"]
[params.max_days]
type = "integer"
default = 2
min = 0
max = 3650
+++*/
-- This schema does not record the arrival; the creation of the record is the best there is,
-- and the payload says so.
with arrives as (
    select
        t.id,
        t.depot_destination_id,
        t.produit_id,
        t.plaque_camion,
        t.volume,
        coalesce(t.created_at::timestamptz, t.date_chargement::timestamptz) as depuis,
        case when t.created_at is not null then 'created_at' else 'date_chargement' end as source
    from public.cours_de_route as t
    where t.statut = 'ARRIVE'
)
select
    a.id as entity_id,
    concat_ws(' · ', coalesce(a.plaque_camion, a.id::text), d.nom) as entity_label,
    jsonb_build_object(
        'depot',        d.nom,
        'produit',      coalesce(p.nom, '?'),
        'plaque',       a.plaque_camion,
        'volume',       trim_scale(round(coalesce(a.volume, 0)::numeric, 2)),
        'depuis',       to_char(a.depuis at time zone 'Africa/Kinshasa', 'YYYY-MM-DD HH24:MI'),
        'source',       a.source,
        'age_h',        floor(extract(epoch from :as_of - a.depuis) / 3600)
    ) as payload,
    a.depuis as occurred_at,
    a.depot_destination_id::text as scope
from arrives as a
left join public.depots as d on d.id = a.depot_destination_id
left join public.produits as p on p.id = a.produit_id
where a.depuis < :as_of - make_interval(days => :max_days)
  -- A rejected reception is no reception: the fuel is still on the truck.
  and not exists (
      select from public.receptions as r
      where r.cours_de_route_id = a.id
        and r.statut = 'validee'
  )
