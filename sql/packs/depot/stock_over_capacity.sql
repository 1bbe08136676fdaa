/*+++
code     = "STOCK_OVER_CAPACITY"
format   = 1
severity = "CRITICAL"
entity   = "CITERNE"
title    = { fr = "Citerne au-delà de sa capacité utile", en = "Tank above its usable capacity" }
message  = { fr = "{{ entity_label }} : {{ payload.stock_ambiant }} L en stock, tous propriétaires réunis, pour {{ payload.capacite_utile }} L utiles ; dépassement de {{ payload.depassement }} L. Risque de débordement : arrêter les réceptions sur cette citerne et faire jauger.", en = "{{ entity_label }}: {{ payload.stock_ambiant }} L in stock, all owners together, for {{ payload.capacite_utile }} L usable; {{ payload.depassement }} L too much. Risk of overflow: stop receptions on this tank and have it gauged." }
runbook  = "depot#stock_over_capacity"
every    = "5m"
timeout  = "5s"
max_rows = 500
resolve_after = 2
guard    = "select exists (select from public.citernes) and exists (select from public.v_stock_actuel)"
requires = ["public.citernes", "public.v_stock_actuel", "public.depots", "public.produits"]
[accept]
key = "stock_ambiant"
worse = "up"
tolerance = "2%"
[params.tolerance_l]
type = "numeric"
default = 0
min = 0
max = 1000000
+++*/
with stocks as (
    -- A tank is one vessel: owners and products add up. The clamped stock is meant here: a
    -- negative line of one owner must not hide that the others overfill the tank.
    select
        v.citerne_id,
        sum(coalesce(v.stock_ambiant, 0)::numeric) as stock_ambiant,
        jsonb_agg(
            jsonb_build_object(
                'proprietaire', v.proprietaire_type,
                'produit',      p.nom,
                'stock_ambiant', trim_scale(round(coalesce(v.stock_ambiant, 0)::numeric, 2))
            )
            order by v.proprietaire_type::text collate "C", v.produit_id::text collate "C", v.stock_ambiant
        ) as repartition
    from public.v_stock_actuel as v
    left join public.produits as p on p.id = v.produit_id
    group by v.citerne_id
),
remplies as (
    select
        c.id,
        c.depot_id,
        c.nom,
        c.statut,
        s.stock_ambiant,
        s.repartition,
        c.capacite_totale::numeric as capacite_totale,
        coalesce(c.capacite_securite, 0)::numeric as capacite_securite,
        -- No safety capacity entered: the whole tank. No total capacity entered: nothing to
        -- compare with here, CITERNE_CAPACITE_INVALIDE reports that tank.
        c.capacite_totale::numeric - coalesce(c.capacite_securite, 0)::numeric as capacite_utile
    from public.citernes as c
    inner join stocks as s on s.citerne_id = c.id
)
select
    c.id as entity_id,
    concat_ws(' · ', coalesce(c.nom, c.id::text), d.nom) as entity_label,
    jsonb_build_object(
        'depot',             d.nom,
        'citerne',           c.nom,
        'statut',            coalesce(c.statut::text, '?'),
        'stock_ambiant',     trim_scale(round(c.stock_ambiant, 2)),
        'capacite_totale',   trim_scale(round(c.capacite_totale, 2)),
        'capacite_securite', trim_scale(round(c.capacite_securite, 2)),
        'capacite_utile',    trim_scale(round(c.capacite_utile, 2)),
        'depassement',       trim_scale(round(c.stock_ambiant - c.capacite_utile, 2)),
        'repartition',       c.repartition
    ) as payload,
    c.depot_id::text as scope
from remplies as c
left join public.depots as d on d.id = c.depot_id
-- No filter on statut: a tank in maintenance, retired or of unknown status overflows as well.
-- NaN sorts above every number: a stock that is none exceeds every capacity, but none exceeds a
-- capacity that is none (x >= 'Infinity' holds for NaN as well), and no stock is known to fit it.
where (c.stock_ambiant > c.capacite_utile + :tolerance_l
       or c.capacite_utile >= 'Infinity')
  -- An empty tank with an absurd capacity does not overflow; CITERNE_CAPACITE_INVALIDE tells it.
  and c.stock_ambiant > 0
