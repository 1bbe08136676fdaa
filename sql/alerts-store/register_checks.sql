-- Writes only what differs.
with given as materialized (
    select g.code, g.pack, g.severity, g.title, g.time_zone, g.every_seconds, g.enabled, g.proved
    from jsonb_to_recordset($2::text::jsonb)
         as g (code text, pack text, severity text, title jsonb, time_zone text, every_seconds integer, enabled boolean, proved boolean)
), withdrawn as (
    update vigie.checks c
    set active = false
    where c.database = $1 and c.active and not exists (select from given g where g.code = c.code)
), changed as (
    update vigie.checks c
    set (pack, severity, title, time_zone, every_seconds, enabled, proved, active)
      = (g.pack, g.severity, g.title, g.time_zone, g.every_seconds, g.enabled, g.proved, true)
    from given g
    where c.database = $1 and c.code = g.code
      and (c.pack, c.severity, c.title, c.time_zone, c.every_seconds, c.enabled, c.proved, c.active)
          is distinct from (g.pack, g.severity, g.title, g.time_zone, g.every_seconds, g.enabled, g.proved, true)
)
insert into vigie.checks (database, code, pack, severity, title, time_zone, every_seconds, enabled, proved, active)
select $1, g.code, g.pack, g.severity, g.title, g.time_zone, g.every_seconds, g.enabled, g.proved, true
from given g
where not exists (select from vigie.checks c where c.database = $1 and c.code = g.code)
on conflict on constraint checks_pkey do nothing
