/*+++
code     = "STOCK_NEGATIF"
format   = 1
severity = "CRITICAL"
entity   = "STOCK"
title    = { fr = "Stock négatif", en = "Stock below zero" }
message  = { fr = "{{ entity_label }} : stock comptable négatif, {{ payload.solde_ambiant }} L ambiants et {{ payload.solde_15c }} L à 15 °C (ajustements compris). Une citerne ne peut pas contenir moins de zéro : chercher l'ajustement ou le mouvement saisi à tort.", en = "{{ entity_label }}: the booked stock is below zero, {{ payload.solde_ambiant }} L ambient and {{ payload.solde_15c }} L at 15 °C (adjustments included). A tank cannot hold less than nothing: look for the adjustment or movement entered by mistake." }
runbook  = "depot#stock_negatif"
every    = "5m"
timeout  = "5s"
max_rows = 500
resolve_after = 2
guard    = "select exists (select from public.v_stock_actuel)"
requires = ["public.v_stock_actuel", "public.citernes", "public.produits", "public.depots"]
[accept]
key = "solde_min"
worse = "down"
tolerance = "2%"
+++*/
-- stock_ambiant and stock_15c of the view are clamped at zero and can never be negative;
-- base + delta is what the books really say.
with sommes as (
    -- Summed per tank, product and owner: a depot entered differently on an adjustment
    -- must not split one stock into two half-truths. Cast to numeric before adding, so
    -- that 100 - 100.01 is -0.01 and not -0.010000000000005.
    select
        v.citerne_id,
        v.produit_id,
        v.proprietaire_type,
        min(v.depot_id::text)                             as depot_id,
        sum(coalesce(v.stock_ambiant_base, 0)::numeric)   as base_ambiant,
        sum(coalesce(v.stock_15c_base, 0)::numeric)       as base_15c,
        sum(coalesce(v.delta_ambiant_total, 0)::numeric)  as delta_ambiant,
        sum(coalesce(v.delta_15c_total, 0)::numeric)      as delta_15c
    from public.v_stock_actuel as v
    group by v.citerne_id, v.produit_id, v.proprietaire_type
),
soldes as (
    select
        s.*,
        s.base_ambiant + s.delta_ambiant as solde_ambiant,
        s.base_15c + s.delta_15c         as solde_15c
    from sommes as s
)
select
    concat(
        coalesce(s.citerne_id::text, '-'), '/',
        coalesce(s.produit_id::text, '-'), '/',
        coalesce(s.proprietaire_type::text, '-')
    ) as entity_id,
    concat_ws(' · ',
        coalesce(c.nom, s.citerne_id::text, '?'), p.nom, s.proprietaire_type::text, d.nom
    ) as entity_label,
    jsonb_build_object(
        'depot',         d.nom,
        'citerne',       c.nom,
        'produit',       p.nom,
        'proprietaire',  s.proprietaire_type,
        'solde_ambiant', trim_scale(round(s.solde_ambiant, 2)),
        'solde_15c',     trim_scale(round(s.solde_15c, 2)),
        -- A figure that is none is the worst: no accepted minimum may cover it.
        'solde_min',     trim_scale(round(case
                             when s.solde_ambiant >= 'Infinity' then s.solde_ambiant
                             when s.solde_15c >= 'Infinity' then s.solde_15c
                             else least(s.solde_ambiant, s.solde_15c) end, 2)),
        'base_ambiant',  trim_scale(round(s.base_ambiant, 2)),
        'base_15c',      trim_scale(round(s.base_15c, 2)),
        'delta_ambiant', trim_scale(round(s.delta_ambiant, 2)),
        'delta_15c',     trim_scale(round(s.delta_15c, 2))
    ) as payload,
    coalesce(c.depot_id::text, s.depot_id) as scope
from soldes as s
left join public.citernes as c on c.id = s.citerne_id
left join public.produits as p on p.id = s.produit_id
left join public.depots as d on d.id = c.depot_id
-- One hundredth of a litre is rounding, not fuel.
where s.solde_ambiant < -0.01
   or s.solde_15c < -0.01
-- NaN sorts above every number, so that it is never below a limit: a figure that is none is asked
-- for by itself (x >= 'Infinity' holds for NaN as well).
   or s.solde_ambiant >= 'Infinity'
   or s.solde_15c >= 'Infinity'
