/*+++
code     = "RECEPTION_ECART_15C"
format   = 1
severity = "WARN"
entity   = "RECEPTION"
title    = { fr = "Réception : volume à 15 °C incohérent", en = "Reception: implausible volume at 15 °C" }
message  = { fr = "Réception {{ entity_label }} : {{ payload.volume_15c }} L à 15 °C pour {{ payload.volume_ambiant }} L ambiants, soit {{ payload.ecart_l }} L d'écart ({{ payload.ecart_pct }} %). Vérifier la température et la densité saisies.", en = "Reception {{ entity_label }}: {{ payload.volume_15c }} L at 15 °C for {{ payload.volume_ambiant }} L ambient, {{ payload.ecart_l }} L apart ({{ payload.ecart_pct }} %). Check the temperature and density entered." }
runbook  = "depot#reception_ecart_15c"
every    = "15m"
timeout  = "10s"
max_rows = 500
resolve_after = 2
guard    = "select exists (select from public.receptions)"
requires = ["public.receptions", "public.citernes", "public.produits", "public.depots"]
[accept]
key = "ecart_pct"
worse = "up"
tolerance = "2%"
[params.window_days]
type = "integer"
default = 30
min = 1
max = 36500
[params.max_ecart_pct]
type = "numeric"
default = 5
min = 0
max = 100
+++*/
with mouvements as (
    select
        m.id,
        m.citerne_id,
        m.produit_id,
        m.proprietaire_type,
        coalesce(m.date_reception::timestamptz, m.created_at::timestamptz) as date_mouvement,
        coalesce(m.volume_ambiant, 0)::numeric as volume_ambiant,
        -- volume_15c is what the application computes today; volume_corrige_15c is the older
        -- column, still the only one filled on older rows. Hence a fallback row by row.
        coalesce(m.volume_15c, m.volume_corrige_15c)::numeric as volume_15c
    from public.receptions as m
    where m.statut = 'validee'
      -- Written as an OR, not as a COALESCE, so that indexes on the dates can serve.
      and (
          m.date_reception >= :as_of - make_interval(days => :window_days)
          or (m.date_reception is null and m.created_at >= :as_of - make_interval(days => :window_days))
      )
      -- NULL or 0 is a missing volume, not a gap: RECEPTION_V15_MISSING reports it.
      and coalesce(m.volume_15c, m.volume_corrige_15c) <> 0
)
select
    m.id as entity_id,
    concat_ws(' · ',
        coalesce(c.nom, m.citerne_id::text, '?'), p.nom, m.proprietaire_type::text, d.nom,
        to_char(m.date_mouvement at time zone 'Africa/Kinshasa', 'YYYY-MM-DD')
    ) as entity_label,
    jsonb_build_object(
        'depot',          d.nom,
        'citerne',        c.nom,
        'produit',        p.nom,
        'proprietaire',   m.proprietaire_type,
        'volume_ambiant', trim_scale(round(m.volume_ambiant, 2)),
        'volume_15c',     trim_scale(round(m.volume_15c, 2)),
        'ecart_l',        trim_scale(round(m.volume_15c - m.volume_ambiant, 2)),
        -- Without an ambient volume all of the 15 °C volume is the gap.
        'ecart_pct',      trim_scale(round(coalesce(100 * abs(m.volume_15c - m.volume_ambiant) / nullif(abs(m.volume_ambiant), 0), 100), 2)),
        'date',           to_char(m.date_mouvement at time zone 'Africa/Kinshasa', 'YYYY-MM-DD HH24:MI')
    ) as payload,
    m.date_mouvement as occurred_at,
    c.depot_id::text as scope
from mouvements as m
left join public.citernes as c on c.id = m.citerne_id
left join public.produits as p on p.id = m.produit_id
left join public.depots as d on d.id = c.depot_id
-- Multiplied out rather than divided: an ambient volume of 0 is a gap, not a division by zero.
where 100 * abs(m.volume_15c - m.volume_ambiant) > :max_ecart_pct * abs(m.volume_ambiant)
-- NaN sorts above every number: a 15 °C volume that is none is further away than any limit, but no
-- gap is above a limit that is none (abs(x) >= 'Infinity' holds for NaN as well).
   or abs(m.volume_ambiant) >= 'Infinity'
