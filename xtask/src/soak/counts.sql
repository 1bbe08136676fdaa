-- What there is after all rounds: evaluations with effect, alerts, events.
select (select count(*) from vigie.runs r cross join lateral jsonb_each(r.outcomes)),
       (select count(*) from vigie.alerts),
       (select count(*) from vigie.alert_events);
