/*+++
code     = "CITERNE_CAPACITE_INVALIDE"
format   = 1
severity = "WARN"
entity   = "CITERNE"
title    = { fr = "Capacités de citerne incohérentes", en = "Tank capacities make no sense" }
message  = { fr = "{{ entity_label }} : capacité de sécurité de {{ payload.capacite_securite }} L pour une capacité totale de {{ payload.capacite_totale }} L, il ne reste aucun volume utile. Corriger la fiche de la citerne : sans elle, le contrôle de débordement ne vaut rien.", en = "{{ entity_label }}: safety capacity of {{ payload.capacite_securite }} L for a total capacity of {{ payload.capacite_totale }} L, no usable volume is left. Correct the tank's record: without it the overflow check is worth nothing." }
runbook  = "depot#citerne_capacite_invalide"
every    = "1h"
timeout  = "5s"
max_rows = 500
resolve_after = 2
guard    = "select exists (select from public.citernes)"
requires = ["public.citernes", "public.depots"]
+++*/
select
    c.id as entity_id,
    concat_ws(' · ', coalesce(c.nom, c.id::text), d.nom) as entity_label,
    jsonb_build_object(
        'depot',             d.nom,
        'citerne',           c.nom,
        'statut',            coalesce(c.statut::text, '?'),
        'capacite_totale',   trim_scale(round(coalesce(c.capacite_totale, 0)::numeric, 2)),
        'capacite_securite', trim_scale(round(coalesce(c.capacite_securite, 0)::numeric, 2)),
        'capacite_totale_renseignee', c.capacite_totale is not null
    ) as payload,
    c.depot_id::text as scope
from public.citernes as c
left join public.depots as d on d.id = c.depot_id
-- A total capacity that was never entered counts as 0: STOCK_OVER_CAPACITY is blind on such a
-- tank, and somebody has to know. A safety capacity that was never entered is 0, which is valid.
where coalesce(c.capacite_securite, 0) >= coalesce(c.capacite_totale, 0)
-- NaN sorts above every number, so that a total that is none is above every safety capacity: it is
-- asked for by itself (x >= 'Infinity' holds for NaN as well). So is what is below every number.
   or c.capacite_totale::numeric >= 'Infinity'
   or c.capacite_securite::numeric = '-Infinity'
