-- Begins with auth_users.sql.
create table public.measurements (id int, day date not null, owner uuid, primary key (id, day)) partition by range (day);
create index on public.measurements (owner);
create table public.measurements_2025 partition of public.measurements for values from ('2025-01-01') to ('2026-01-01');
create table public.measurements_2026 partition of public.measurements for values from ('2026-01-01') to ('2027-01-01');
insert into public.measurements values
    (1, '2025-03-01', '11111111-1111-4111-8111-111111111111'), (2, '2025-03-02', '22222222-2222-4222-8222-222222222222'), (3, '2026-03-01', '11111111-1111-4111-8111-111111111111'), (4, '2026-03-02', '22222222-2222-4222-8222-222222222222');
alter table public.measurements enable row level security;
create policy own on public.measurements for select to authenticated using (owner = (select auth.uid()));
-- The next one was made with its policy; this one is older than that habit.
alter table public.measurements_2026 enable row level security;
create policy own on public.measurements_2026 for select to authenticated using (owner = (select auth.uid()));
grant select on public.measurements, public.measurements_2025, public.measurements_2026 to authenticated;
create table public.documents (id int, owner uuid, title text);
create table public.contracts (amount numeric) inherits (public.documents);
create index on public.contracts (owner);
create table public.memos (body text) inherits (public.documents);
insert into public.documents values (1, '11111111-1111-4111-8111-111111111111', 'a');
insert into public.contracts values (2, '22222222-2222-4222-8222-222222222222', 'b', 100);
insert into public.memos values (3, '22222222-2222-4222-8222-222222222222', 'c', 'd');
alter table public.documents enable row level security;
create policy everybody on public.documents for select to authenticated using (true);
alter table public.contracts enable row level security;
create policy own on public.contracts for select to authenticated using (owner = (select auth.uid()));
-- Closed by its own name.
alter table public.memos enable row level security;
grant select on public.documents, public.contracts, public.memos to authenticated;
