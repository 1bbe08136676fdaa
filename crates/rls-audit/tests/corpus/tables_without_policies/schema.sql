grant usage on schema public to anon, authenticated, service_role;

create table public.countries (code char(2) primary key, name text not null);
insert into public.countries values ('CD', 'Congo'), ('FR', 'France');
grant select on public.countries to anon;
create table public.prices (id int primary key, label text, price numeric, cost numeric);
insert into public.prices values (1, 'Diesel', 2.1, 1.4);
grant select (id, price) on public.prices to authenticated;
create table public.visits (at date not null, page text) partition by range (at);
create table public.visits_2026 partition of public.visits for values from ('2026-01-01') to ('2027-01-01');
insert into public.visits values ('2026-02-01', '/');
grant select on public.visits to public;
-- For the server alone.
create table public.jobs (id int primary key, payload jsonb);
insert into public.jobs values (1, '{}');
grant all on public.jobs to service_role;
-- For those who take on another role, which no token says.
create table public.archive (id int primary key, note text);
insert into public.archive values (1, 'old');
grant select on public.archive to staff;
-- Not served.
create schema ledger;
grant usage on schema ledger to anon;
create table ledger.entries (id int primary key, amount numeric);
insert into ledger.entries values (1, 10);
grant select, insert on ledger.entries to anon;
