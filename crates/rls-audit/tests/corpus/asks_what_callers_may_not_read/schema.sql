-- Begins with auth.sql.
create schema private;
grant usage on schema private to authenticated;
create table public.rights (who uuid primary key, what text not null);
insert into public.rights values ('11111111-1111-4111-8111-111111111111', 'all'), ('22222222-2222-4222-8222-222222222222', 'none');
create function private.has_rights() returns boolean language sql stable security definer set search_path = '' as
$$ select exists (select 1 from public.rights r where r.who = auth.uid() and r.what = 'all') $$;
create table public.grants_of (who uuid primary key);
insert into public.grants_of values ('11111111-1111-4111-8111-111111111111');
alter table public.grants_of enable row level security;
grant select on public.grants_of to authenticated;
create table public.fails (id int primary key);
insert into public.fails values (1);
alter table public.fails enable row level security;
create policy "by rights" on public.fails to authenticated
    using (exists (select 1 from public.rights r where r.who = (select auth.uid())));
grant select, insert, update, delete on public.fails to authenticated;
create table public.sees_nothing (id int primary key);
insert into public.sees_nothing values (1);
alter table public.sees_nothing enable row level security;
create policy "by grants" on public.sees_nothing to authenticated
    using (exists (select 1 from public.grants_of g where g.who = (select auth.uid())));
grant select, insert, update, delete on public.sees_nothing to authenticated;
create table public.asks (id int primary key);
insert into public.asks values (1);
alter table public.asks enable row level security;
create policy "by rights" on public.asks to authenticated using ((select private.has_rights()));
grant select, insert, update, delete on public.asks to authenticated;
