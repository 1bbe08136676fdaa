-- Begins with auth.sql.
-- Nobody has written a row yet, and what may be seen hangs on what a row comes to.
create table public.weighed (
    id bigint generated always as identity primary key,
    gross int not null,
    tare int not null,
    net int generated always as (gross - tare) stored
);
alter table public.weighed enable row level security;
create policy "light ones" on public.weighed for select to anon, authenticated using (net < 1);
create policy "heavy ones" on public.weighed for insert to authenticated with check (net > 30000);
grant select on public.weighed to anon, authenticated;
grant insert (gross, tare) on public.weighed to authenticated;

-- What is computed follows from what may be given, and not from the row that there is.
create table public.halves (
    id int primary key,
    owner uuid not null,
    part int not null default 1,
    doubled int generated always as (part * 2) stored
);
create index on public.halves (owner);
insert into public.halves values (1, '11111111-1111-4111-8111-111111111111', 5);
alter table public.halves enable row level security;
create policy see on public.halves for select to authenticated using (owner = (select auth.uid()));
create policy "two at least" on public.halves for update to authenticated
    using (owner = (select auth.uid())) with check (owner = (select auth.uid()) and doubled > 1);
grant select (id, part), update (part) on public.halves to authenticated;

-- A view that reads as whoever asks what they may not read all of: no row can be picked through it.
create view public.all_of_halves with (security_invoker = true) as select * from public.halves;
grant select, update, delete on public.all_of_halves to authenticated;
