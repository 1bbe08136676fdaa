/*+++
code     = "CITERNE_INACTIVE_USED"
format   = 1
severity = "WARN"
entity   = "CITERNE"
title    = { fr = "Mouvements sur une citerne qui n'est pas active", en = "Movements on a tank that is not active" }
message  = { fr = "{{ entity_label }} : {{ payload.nb_mouvements }} mouvement(s) validé(s), {{ payload.volume_total }} L, sur une citerne au statut « {{ payload.statut }} » ; le dernier le {{ payload.dernier_mouvement }} (heure de Kinshasa). Corriger le statut de la citerne, ou la citerne des mouvements.", en = "{{ entity_label }}: {{ payload.nb_mouvements }} validated movement(s), {{ payload.volume_total }} L, on a tank whose status is “{{ payload.statut }}”; the last on {{ payload.dernier_mouvement }} (Kinshasa time). Correct the status of the tank, or the tank of the movements." }
runbook  = "depot#citerne_inactive_used"
every    = "15m"
timeout  = "10s"
max_rows = 500
resolve_after = 2
guard    = "select exists (select from public.citernes) and (exists (select from public.receptions) or exists (select from public.sorties_produit))"
requires = ["public.citernes", "public.receptions", "public.sorties_produit", "public.depots"]
[accept]
key = "nb_mouvements"
worse = "up"
tolerance = "0%"
[params.window_days]
type = "integer"
default = 36500
min = 1
max = 36500
+++*/
-- One finding per tank, not per movement: the cause is one, and a retired tank has a long
-- history. When a tank was rightly retired its alert is ACCEPTED once; since nb_mouvements is
-- the accept key, the next movement on that tank voids the acceptance. The statut has no
-- history, so a movement before the retirement cannot be told from one after it; a shorter
-- window_days is for installations where that is too noisy.
with mouvements as (
    select r.citerne_id, r.volume_ambiant, coalesce(r.date_reception::timestamptz, r.created_at::timestamptz) as date_mouvement
    from public.receptions as r
    inner join public.citernes as c on c.id = r.citerne_id
    where r.statut = 'validee'
      and c.statut is distinct from 'active'

    union all

    select s.citerne_id, s.volume_ambiant, coalesce(s.date_sortie::timestamptz, s.created_at::timestamptz)
    from public.sorties_produit as s
    inner join public.citernes as c on c.id = s.citerne_id
    where s.statut = 'validee'
      and c.statut is distinct from 'active'
),
usages as (
    select
        m.citerne_id,
        count(*) as nb_mouvements,
        round(coalesce(sum(m.volume_ambiant), 0)::numeric, 6) as volume_total,
        max(m.date_mouvement) as dernier_mouvement
    from mouvements as m
    -- A movement without any date cannot be called old.
    where m.date_mouvement is null
       or m.date_mouvement >= (select :as_of - make_interval(days => :window_days))
    group by m.citerne_id
)
select
    c.id as entity_id,
    concat_ws(' · ', coalesce(c.nom, c.id::text), d.nom) as entity_label,
    jsonb_build_object(
        'depot',             d.nom,
        'citerne',           c.nom,
        -- A NULL statut is not active either: nobody said that this tank may be used.
        'statut',            coalesce(c.statut::text, '?'),
        'nb_mouvements',     u.nb_mouvements,
        'volume_total',      trim_scale(round(u.volume_total, 2)),
        'dernier_mouvement', to_char(u.dernier_mouvement at time zone 'Africa/Kinshasa', 'YYYY-MM-DD HH24:MI')
    ) as payload,
    u.dernier_mouvement as occurred_at,
    c.depot_id::text as scope
from usages as u
inner join public.citernes as c on c.id = u.citerne_id
left join public.depots as d on d.id = c.depot_id
