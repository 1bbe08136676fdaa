-- Begins with auth.sql.
create table public.profiles (id uuid primary key, full_name text);
insert into public.profiles values ('11111111-1111-4111-8111-111111111111', 'Amina'), ('22222222-2222-4222-8222-222222222222', 'Didier');
alter table public.profiles enable row level security;
create policy "Profiles are viewable by users" on public.profiles for select to authenticated using (true);
create policy "Users update their profile" on public.profiles for update to authenticated
    using (id = (select auth.uid())) with check (id = (select auth.uid()));
grant select, update on public.profiles to anon, authenticated;

create table public.invoices (id int primary key, customer uuid not null);
create index on public.invoices (customer);
insert into public.invoices values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.invoices enable row level security;
create policy "Signed-in users read" on public.invoices for select to authenticated using (true);
create policy "Each their own" on public.invoices as restrictive for select to authenticated using (customer = (select auth.uid()));
grant select on public.invoices to authenticated;

create table public.wishes (id int primary key, body text);
alter table public.wishes enable row level security;
create policy "Signed-in users read wishes" on public.wishes for select to authenticated using (true);
grant select on public.wishes to authenticated;
