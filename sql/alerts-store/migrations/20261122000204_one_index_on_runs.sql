-- Runs are looked for by database and by when they finished, never by their number alone: one index says both, and a run
-- writes one entry less.
alter table vigie.runs drop constraint runs_pkey;
drop index vigie.runs_database_idx;
alter table vigie.runs add constraint runs_pkey primary key (database, finished_at, id);
