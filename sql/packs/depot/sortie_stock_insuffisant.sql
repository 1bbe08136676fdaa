/*+++
code     = "SORTIE_STOCK_INSUFFISANT"
format   = 1
severity = "CRITICAL"
entity   = "SORTIE"
title    = { fr = "Sortie validée sans stock suffisant", en = "Validated sortie without enough stock" }
message  = { fr = "{{ entity_label }} : sortie validée de {{ payload.volume_ambiant }} L le {{ payload.enregistree_le }} (heure de Kinshasa), alors que le stock comptable n'était que de {{ payload.disponible }} L ; il manque {{ payload.manque }} L. Chercher une réception non saisie, ou une sortie imputée à la mauvaise citerne ou au mauvais propriétaire.", en = "{{ entity_label }}: validated sortie of {{ payload.volume_ambiant }} L on {{ payload.enregistree_le }} (Kinshasa time), while the booked stock was only {{ payload.disponible }} L; {{ payload.manque }} L are missing. Look for a reception never entered, or a sortie booked on the wrong tank or owner." }
runbook  = "depot#sortie_stock_insuffisant"
every    = "5m"
timeout  = "30s"
max_rows = 500
resolve_after = 2
guard    = "select exists (select from public.sorties_produit)"
requires = ["public.receptions", "public.sorties_produit", "public.citernes", "public.produits", "public.depots"]
[accept]
key = "manque"
worse = "up"
tolerance = "2%"
[params.window_days]
type = "integer"
default = 90
min = 1
max = 36500
+++*/
-- The running stock of a tank, product and owner over all history; only sorties of the
-- window are reported. What lies before the window matters only as a sum: it is taken as one
-- opening line per stock, so that the sort of the window function holds 90 days of movements
-- instead of ten years of them. A movement without created_at counts as old.
-- A volume that is NaN or infinite adds nothing to the running stock, which would stay NaN or
-- infinite ever after and hide every later sortie; such a sortie is reported for itself, such a
-- reception by RECEPTION_ECART_15C, RECEPTION_V15_MISSING and STOCK_LEDGER_MISMATCH.
-- Start of the window: as a scalar subquery where all history is read (computed once, not once
-- per row), as a plain expression where an index on created_at should be chosen.
with lignes as (
    select
        r.citerne_id,
        r.produit_id,
        r.proprietaire_type::text collate "C" as proprietaire,
        null::timestamptz as cree_le,
        0 as rang,
        null::text as sortie_id,
        null::timestamptz as date_sortie,
        sum(r.volume_ambiant::double precision) filter (where abs(r.volume_ambiant::double precision) < 'Infinity') as delta
    from public.receptions as r
    where r.statut = 'validee'
      and (r.created_at < (select :as_of - make_interval(days => :window_days)) or r.created_at is null)
    group by r.citerne_id, r.produit_id, r.proprietaire_type

    union all

    select
        s.citerne_id,
        s.produit_id,
        s.proprietaire_type::text collate "C",
        null::timestamptz,
        0,
        null::text,
        null::timestamptz,
        -sum(s.volume_ambiant::double precision) filter (where abs(s.volume_ambiant::double precision) < 'Infinity')
    from public.sorties_produit as s
    where s.statut = 'validee'
      and (s.created_at < (select :as_of - make_interval(days => :window_days)) or s.created_at is null)
    group by s.citerne_id, s.produit_id, s.proprietaire_type

    union all

    select
        r.citerne_id,
        r.produit_id,
        r.proprietaire_type::text collate "C",
        r.created_at::timestamptz,
        1,
        null::text,
        null::timestamptz,
        r.volume_ambiant::double precision
    from public.receptions as r
    where r.statut = 'validee'
      and r.created_at >= :as_of - make_interval(days => :window_days)

    union all

    select
        s.citerne_id,
        s.produit_id,
        s.proprietaire_type::text collate "C",
        s.created_at::timestamptz,
        2,
        s.id::text collate "C",
        s.date_sortie::timestamptz,
        -s.volume_ambiant::double precision
    from public.sorties_produit as s
    where s.statut = 'validee'
      and s.created_at >= :as_of - make_interval(days => :window_days)
),
comptees as (
    select
        l.*,
        -- False for NaN too, which is more than any number.
        case when abs(l.delta) < 'Infinity' then l.delta else 0 end as compte,
        coalesce(abs(l.delta) >= 'Infinity', false) as sans_chiffre
    from lignes as l
),
cumul as (
    -- Opening lines first (nulls first), then by created_at. At the same instant receptions
    -- come before sorties (rang): both written by one transaction share one created_at, and
    -- waking somebody because of how two identifiers happen to sort would be a false alarm.
    -- Among sorties of one instant the identifier decides.
    select
        l.*,
        sum(l.compte) over (
            partition by l.citerne_id, l.produit_id, l.proprietaire
            order by l.cree_le nulls first, l.rang, l.sortie_id
            rows unbounded preceding
        ) as reste
    from comptees as l
)
select
    m.sortie_id as entity_id,
    concat_ws(' · ', coalesce(c.nom, m.citerne_id::text, '?'), p.nom, m.proprietaire, d.nom) as entity_label,
    jsonb_build_object(
        'depot',          d.nom,
        'citerne',        c.nom,
        'produit',        p.nom,
        'proprietaire',   m.proprietaire,
        'volume_ambiant', trim_scale(round((-m.delta)::numeric, 2)),
        'disponible',     trim_scale(round(round((m.reste - m.compte)::numeric, 6), 2)),
        'manque',         trim_scale(round(round((
                              case when m.sans_chiffre then -m.delta else -m.reste end)::numeric, 6), 2)),
        'enregistree_le', to_char(m.cree_le at time zone 'Africa/Kinshasa', 'YYYY-MM-DD HH24:MI')
    ) as payload,
    coalesce(m.date_sortie, m.cree_le) as occurred_at,
    c.depot_id::text as scope
from cumul as m
left join public.citernes as c on c.id = m.citerne_id
left join public.produits as p on p.id = m.produit_id
left join public.depots as d on d.id = c.depot_id
where m.rang = 2
  -- To the hundredth of a litre: a tank emptied to the last drop is not short by the rounding
  -- of a long floating-point sum.
  and (m.sans_chiffre or (m.delta < 0 and m.reste < -0.005))
