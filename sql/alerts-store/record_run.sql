with forgotten as (
    delete from vigie.runs where database = $1 and finished_at < now() - interval '90 days'
)
insert into vigie.runs (database, started_at, finished_at, status, outcomes, parameters)
values ($1, $2, clock_timestamp(), $3, $4, $5)
