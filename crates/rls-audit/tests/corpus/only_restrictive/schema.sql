-- Begins with auth_users.sql.
create table public.vaults (id int primary key, owner uuid not null);
insert into public.vaults values (1, '11111111-1111-4111-8111-111111111111');
alter table public.vaults enable row level security;
create policy second_factor on public.vaults as restrictive to authenticated
    using (((select auth.jwt()) ->> 'aal') = 'aal2');
grant select, update on public.vaults to authenticated;
create table public.safes (id int primary key, owner uuid not null);
create index on public.safes (owner);
insert into public.safes values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.safes enable row level security;
create policy own on public.safes to authenticated using (owner = (select auth.uid()));
create policy second_factor on public.safes as restrictive to authenticated
    using (((select auth.jwt()) ->> 'aal') = 'aal2');
grant select, update on public.safes to authenticated;
