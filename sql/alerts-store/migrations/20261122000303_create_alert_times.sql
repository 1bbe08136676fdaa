-- How long people and checks took, in seconds: what every median and percentile is made of. Of alerts opened in the last
-- 90 days; null where it has not happened, or is no measure of anybody's work.
create view vigie.alert_times with (security_invoker = true) as
select
    a.database, a.check_code,
    -- date_part, which is float8 at once: extract would count in numeric first
    date_part('epoch', a.acknowledged_at - a.opened_at) as acknowledge,
    case when a.resolution = 'CLEARED' or (a.resolution = 'FIXED' and a.verified_at is not null)
         then date_part('epoch', a.resolved_at - a.opened_at) end as resolve
from vigie.alerts a
where a.opened_at >= now() - interval '90 days';
comment on view vigie.alert_times is 'How long alerts took to be taken up and to be resolved, in seconds';
revoke all on table vigie.alert_times from public;
