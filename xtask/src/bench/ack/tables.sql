-- What the checks of pack/ look at: every row is a finding.
create table public.many (n integer primary key, weight integer not null);
create table public.few (n integer primary key);
insert into public.few select generate_series(1, 20);
-- Whoever sees what others wait for.
create role bench_watcher in role pg_read_all_stats;
