/*+++
code     = "SORTIE_V15_MISSING"
format   = 1
severity = "WARN"
entity   = "SORTIE"
title    = { fr = "Sortie sans volume à 15 °C", en = "Sortie without a volume at 15 °C" }
message  = { fr = "Sortie {{ entity_label }} : {{ payload.volume_ambiant }} L ambiants validés sans volume à 15 °C. Le stock à 15 °C est faux de ce volume : compléter la température et la densité.", en = "Sortie {{ entity_label }}: {{ payload.volume_ambiant }} L ambient validated without a volume at 15 °C. The stock at 15 °C is wrong by that volume: fill in temperature and density." }
runbook  = "depot#sortie_v15_missing"
every    = "15m"
timeout  = "10s"
max_rows = 500
resolve_after = 2
guard    = "select exists (select from public.sorties_produit)"
requires = ["public.sorties_produit", "public.citernes", "public.produits", "public.depots"]
requires_columns = ["public.sorties_produit.volume_15c"]
+++*/
select
    m.id as entity_id,
    concat_ws(' · ',
        coalesce(c.nom, m.citerne_id::text, '?'), p.nom, m.proprietaire_type::text, d.nom,
        to_char(coalesce(m.date_sortie::timestamptz, m.created_at::timestamptz) at time zone 'Africa/Kinshasa', 'YYYY-MM-DD')
    ) as entity_label,
    jsonb_build_object(
        'depot',          d.nom,
        'citerne',        c.nom,
        'produit',        p.nom,
        'proprietaire',   m.proprietaire_type,
        'volume_ambiant', trim_scale(round(m.volume_ambiant::numeric, 2)),
        'volume_15c',     coalesce(m.volume_15c, m.volume_corrige_15c),
        'date',           to_char(coalesce(m.date_sortie::timestamptz, m.created_at::timestamptz) at time zone 'Africa/Kinshasa', 'YYYY-MM-DD HH24:MI')
    ) as payload,
    coalesce(m.date_sortie::timestamptz, m.created_at::timestamptz) as occurred_at,
    c.depot_id::text as scope
from public.sorties_produit as m
left join public.citernes as c on c.id = m.citerne_id
left join public.produits as p on p.id = m.produit_id
left join public.depots as d on d.id = c.depot_id
where m.statut = 'validee'
  and (m.volume_ambiant > 0 or m.volume_ambiant::numeric = '-Infinity')
  -- volume_15c is what the application computes today; volume_corrige_15c is the older column,
  -- still the only one filled on older rows. A 0 in volume_15c is a missing volume even where
  -- the older column is filled: the stock at 15 °C is kept from volume_15c.
  -- NaN sorts above every number, so that it is never below a limit, and two of them are equal:
  -- a figure that is none is asked for by itself (abs(x) >= 'Infinity' holds for NaN as well).
  and (coalesce(coalesce(m.volume_15c, m.volume_corrige_15c), 0) = 0
       or abs(coalesce(m.volume_15c, m.volume_corrige_15c)::numeric) >= 'Infinity')
