-- Begins with auth.sql.
create schema private;
grant usage on schema private to authenticated;
create table auth.users (id uuid primary key, email text, raw_user_meta_data jsonb, raw_app_meta_data jsonb);
insert into auth.users values ('11111111-1111-4111-8111-111111111111', 'amina@example.org', '{"role": "admin"}', '{"role": "admin"}');

create table public.salaries (id int primary key, amount int);
insert into public.salaries values (1, 10);
alter table public.salaries enable row level security;
create policy "Admins read" on public.salaries for select to authenticated
    using (((select auth.jwt()) -> 'user_metadata' ->> 'role') = 'admin');
grant select on public.salaries to authenticated;

create function private.is_admin() returns boolean language sql stable security definer set search_path = '' as
$$ select exists (select 1 from auth.users u where u.id = (select auth.uid()) and u.raw_user_meta_data ->> 'role' = 'admin') $$;
create table public.budgets (id int primary key);
insert into public.budgets values (1);
alter table public.budgets enable row level security;
create policy "Admins read" on public.budgets for select to authenticated using ((select private.is_admin()));
grant select on public.budgets to authenticated;

create table public.invitations (id int primary key, email text not null);
create index on public.invitations (email);
insert into public.invitations values (1, 'boss@example.org'), (2, 'amina@example.org');
alter table public.invitations enable row level security;
create policy "Whoever is invited" on public.invitations for select to authenticated using (email = (select auth.jwt()) ->> 'email');
grant select on public.invitations to authenticated;

create function private.is_manager() returns boolean language sql stable security definer set search_path = '' as
$$ select exists (select 1 from auth.users u where u.id = (select auth.uid()) and u.raw_app_meta_data ->> 'role' = 'admin') $$;
create table public.plans (id int primary key, user_metadata jsonb);
insert into public.plans values (1, '{"role": "admin"}');
alter table public.plans enable row level security;
create policy "Admins read" on public.plans for select to authenticated
    using (((select auth.jwt()) -> 'app_metadata' ->> 'role') = 'admin');
create policy "Managers read" on public.plans for select to authenticated using ((select private.is_manager()));
create policy "Marked ones" on public.plans for update to authenticated using (user_metadata ->> 'role' = 'admin');
grant select, update on public.plans to authenticated;
