-- How long the alerts of one check took, or those of all.
select jsonb_build_object(
    'acknowledge', jsonb_build_object('n', count(t.acknowledge),
        'median', percentile_cont(0.5) within group (order by t.acknowledge),
        'p90', percentile_cont(0.9) within group (order by t.acknowledge)),
    'resolve', jsonb_build_object('n', count(t.resolve),
        'median', percentile_cont(0.5) within group (order by t.resolve),
        'p90', percentile_cont(0.9) within group (order by t.resolve)))::text as "times!"
from vigie.alert_times t
where t.database = $1 and ($2::text is null or t.check_code = $2)
