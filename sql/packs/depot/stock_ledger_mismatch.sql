/*+++
code     = "STOCK_LEDGER_MISMATCH"
format   = 1
severity = "CRITICAL"
entity   = "STOCK"
title    = { fr = "Stock différent du cumul des mouvements", en = "Stock differs from its movements" }
message  = { fr = "{{ entity_label }} : le stock enregistré s'écarte des mouvements validés de {{ payload.ecart_ambiant }} L ambiants et {{ payload.ecart_15c }} L à 15 °C. Ne pas corriger à la main : chercher d'abord le mouvement porté deux fois, à moitié ou pas du tout.", en = "{{ entity_label }}: the recorded stock is {{ payload.ecart_ambiant }} L ambient and {{ payload.ecart_15c }} L at 15 °C away from the validated movements. Do not correct it by hand: first look for the movement booked twice, by half or not at all." }
runbook  = "depot#stock_ledger_mismatch"
every    = "15m"
timeout  = "30s"
max_rows = 500
resolve_after = 2
guard    = "select exists (select from public.stocks_snapshot) and exists (select from public.receptions)"
requires = ["public.stocks_snapshot", "public.receptions", "public.sorties_produit", "public.citernes", "public.produits", "public.depots"]
requires_columns = ["public.sorties_produit.volume_15c"]
# The totals move with every truck while the difference stays the same: shown, but no news.
volatile = ["snapshot_ambiant", "snapshot_15c", "mouvements_ambiant", "mouvements_15c", "dernier_mouvement"]
[accept]
key = "ecart_max"
worse = "up"
tolerance = "2%"
[params.tolerance_l]
type = "numeric"
default = 1
min = 0
max = 1000000
+++*/
-- Each source is summed on its own (the planner may do it in parallel), then the three short
-- lists are added up per tank, product and owner. No join: a stock without movements,
-- movements without a stock, and a NULL owner all meet their counterpart in a GROUP BY.
-- volume_15c is the primary column; rows older than it only have volume_corrige_15c.
-- A movement without any 15 °C volume adds nothing to the 15 °C sum; it is counted in the
-- payload, since it is the first explanation to look at.
with lignes as (
    select
        n.citerne_id,
        n.produit_id,
        n.proprietaire_type::text collate "C" as proprietaire,
        sum(n.stock_ambiant::double precision) as snapshot_ambiant,
        sum(n.stock_15c::double precision) as snapshot_15c,
        0::double precision as mouvements_ambiant,
        0::double precision as mouvements_15c,
        0::bigint as nb_sans_v15,
        max(n.last_movement_at::timestamptz) as dernier_mouvement
    from public.stocks_snapshot as n
    group by n.citerne_id, n.produit_id, n.proprietaire_type

    union all

    select
        r.citerne_id,
        r.produit_id,
        r.proprietaire_type::text collate "C",
        0,
        0,
        sum(r.volume_ambiant::double precision),
        sum(coalesce(r.volume_15c, r.volume_corrige_15c)::double precision),
        count(*) filter (where coalesce(r.volume_15c, r.volume_corrige_15c) is null),
        max(r.created_at::timestamptz)
    from public.receptions as r
    where r.statut = 'validee'
    group by r.citerne_id, r.produit_id, r.proprietaire_type

    union all

    select
        s.citerne_id,
        s.produit_id,
        s.proprietaire_type::text collate "C",
        0,
        0,
        -sum(s.volume_ambiant::double precision),
        -sum(coalesce(s.volume_15c, s.volume_corrige_15c)::double precision),
        count(*) filter (where coalesce(s.volume_15c, s.volume_corrige_15c) is null),
        max(s.created_at::timestamptz)
    from public.sorties_produit as s
    where s.statut = 'validee'
    group by s.citerne_id, s.produit_id, s.proprietaire_type
),
bilan as (
    -- Rounded to a millionth of a litre: what is beyond is noise of floating-point sums, and
    -- would change the payload from run to run.
    select
        l.citerne_id,
        l.produit_id,
        l.proprietaire,
        round(coalesce(sum(l.snapshot_ambiant), 0)::numeric, 6)   as snapshot_ambiant,
        round(coalesce(sum(l.snapshot_15c), 0)::numeric, 6)       as snapshot_15c,
        round(coalesce(sum(l.mouvements_ambiant), 0)::numeric, 6) as mouvements_ambiant,
        round(coalesce(sum(l.mouvements_15c), 0)::numeric, 6)     as mouvements_15c,
        sum(l.nb_sans_v15)                                        as nb_sans_v15,
        max(l.dernier_mouvement)                                  as dernier_mouvement
    from lignes as l
    group by l.citerne_id, l.produit_id, l.proprietaire
)
select
    concat(
        coalesce(b.citerne_id::text, '-'), '/',
        coalesce(b.produit_id::text, '-'), '/',
        coalesce(b.proprietaire, '-')
    ) as entity_id,
    concat_ws(' · ', coalesce(c.nom, b.citerne_id::text, '?'), p.nom, b.proprietaire, d.nom) as entity_label,
    jsonb_build_object(
        'depot',              d.nom,
        'citerne',            c.nom,
        'produit',            p.nom,
        'proprietaire',       b.proprietaire,
        'snapshot_ambiant',   trim_scale(round(b.snapshot_ambiant, 2)),
        'snapshot_15c',       trim_scale(round(b.snapshot_15c, 2)),
        'mouvements_ambiant', trim_scale(round(b.mouvements_ambiant, 2)),
        'mouvements_15c',     trim_scale(round(b.mouvements_15c, 2)),
        'ecart_ambiant',      trim_scale(round(b.snapshot_ambiant - b.mouvements_ambiant, 2)),
        'ecart_15c',          trim_scale(round(b.snapshot_15c - b.mouvements_15c, 2)),
        'ecart_max',          trim_scale(round(greatest(
                                  abs(b.snapshot_ambiant - b.mouvements_ambiant),
                                  abs(b.snapshot_15c - b.mouvements_15c)), 2)),
        'mouvements_sans_v15', b.nb_sans_v15,
        'dernier_mouvement',  to_char(b.dernier_mouvement at time zone 'Africa/Kinshasa', 'YYYY-MM-DD HH24:MI')
    ) as payload,
    c.depot_id::text as scope
from bilan as b
left join public.citernes as c on c.id = b.citerne_id
left join public.produits as p on p.id = b.produit_id
left join public.depots as d on d.id = c.depot_id
-- A NaN among the figures makes the difference NaN, which is more than any tolerance; so do two
-- infinite figures, whose difference is NaN.
where abs(b.snapshot_ambiant - b.mouvements_ambiant) > :tolerance_l
   or abs(b.snapshot_15c - b.mouvements_15c) > :tolerance_l
