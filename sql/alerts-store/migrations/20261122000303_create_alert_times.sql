-- How long people and checks took, in seconds: what every median and percentile is made of. Of alerts opened in the last
-- 90 days; null where it has not happened, or is no measure of anybody's work.
create view vigie.alert_times with (security_invoker = true) as
select
    a.database, a.check_code,
    extract(epoch from a.acknowledged_at - a.opened_at)::float8 as acknowledge,
    case when a.resolution = 'CLEARED' or (a.resolution = 'FIXED' and a.verified_at is not null)
         then extract(epoch from a.resolved_at - a.opened_at)::float8 end as resolve
from vigie.alerts a
where a.opened_at >= now() - interval '90 days';
comment on view vigie.alert_times is 'How long alerts took to be taken up and to be resolved, in seconds';
revoke all on table vigie.alert_times from public;
