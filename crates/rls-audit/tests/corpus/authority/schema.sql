-- Begins with auth.sql.
create type public.rank as enum ('admin', 'directeur', 'pca');
create table public.profiles (id uuid primary key, role public.rank not null default 'pca', name text);
insert into public.profiles values
    ('11111111-1111-4111-8111-111111111111', 'admin', 'Amina'),
    ('22222222-2222-4222-8222-222222222222', 'directeur', 'Didier'),
    ('33333333-3333-4333-8333-333333333333', 'pca', 'Patricia');
alter table public.profiles enable row level security;
create policy own on public.profiles for select to authenticated using (id = auth.uid());
create policy change_own on public.profiles for update to authenticated using (id = auth.uid());
grant select, update on public.profiles to authenticated;
create function public.is_admin() returns boolean language sql stable security definer set search_path = '' as
$$ select exists (select 1 from public.profiles p where p.id = auth.uid() and p.role = 'admin') $$;
create table public.stock (id int primary key, litres int);
insert into public.stock values (1, 10), (2, 20);
alter table public.stock enable row level security;
create policy admins on public.stock to authenticated using (public.is_admin()) with check (public.is_admin());
create policy held on public.stock as restrictive for delete to authenticated using (litres < 15);
grant all on public.stock to authenticated;
