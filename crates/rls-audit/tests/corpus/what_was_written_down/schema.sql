-- Begins with auth_users.sql.
create table public.stock (id int primary key, litres int);
insert into public.stock values (1, 10), (2, 20);
alter table public.stock enable row level security;
create policy directors on public.stock for select to authenticated
    using ((select auth.jwt() -> 'app_metadata' ->> 'role') = 'director');
grant select on public.stock to authenticated;
create table public.movements (id int primary key, author uuid not null);
create index on public.movements (author);
insert into public.movements values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.movements enable row level security;
create policy own on public.movements to authenticated using (author = (select auth.uid()));
grant select, delete on public.movements to authenticated;
