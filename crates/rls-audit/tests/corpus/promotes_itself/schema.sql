-- Begins with auth.sql.
create schema private;
grant usage on schema private to authenticated;

create table public.profiles (id uuid primary key, role text not null default 'user' check (role in ('user', 'admin')), name text);
insert into public.profiles values ('11111111-1111-4111-8111-111111111111', 'admin', 'Amina'), ('22222222-2222-4222-8222-222222222222', 'user', 'Didier');
alter table public.profiles enable row level security;
create policy "Users see their profile" on public.profiles for select to authenticated using (id = (select auth.uid()));
create policy "Users update their profile" on public.profiles for update to authenticated
    using (id = (select auth.uid())) with check (id = (select auth.uid()));
grant select, update on public.profiles to authenticated;
create function private.is_admin() returns boolean language sql stable security definer set search_path = '' as
$$ select exists (select 1 from public.profiles p where p.id = (select auth.uid()) and p.role = 'admin') $$;

create table public.payrolls (id int primary key, amount int);
insert into public.payrolls values (1, 10);
alter table public.payrolls enable row level security;
create policy admins on public.payrolls for select to authenticated using ((select private.is_admin()));
grant select on public.payrolls to authenticated;

create table public.accounts (id uuid primary key, tier text not null default 'free' check (tier in ('free', 'gold')), name text);
insert into public.accounts values ('11111111-1111-4111-8111-111111111111', 'gold', 'Amina'), ('22222222-2222-4222-8222-222222222222', 'free', 'Didier');
alter table public.accounts enable row level security;
create policy see on public.accounts for select to authenticated using (id = (select auth.uid()));
create policy change on public.accounts for update to authenticated using (id = (select auth.uid()));
grant select, update (name) on public.accounts to authenticated;

create table public.lounges (id int primary key);
insert into public.lounges values (1);
alter table public.lounges enable row level security;
create policy gold on public.lounges for select to authenticated
    using (exists (select 1 from public.accounts a where a.id = (select auth.uid()) and a.tier = 'gold'));
grant select on public.lounges to authenticated;

create table public.staff (user_id uuid primary key, rank text not null check (rank in ('clerk', 'head')), desk text);
insert into public.staff values ('11111111-1111-4111-8111-111111111111', 'head', 'A'), ('22222222-2222-4222-8222-222222222222', 'clerk', 'B');
create function private.is_head() returns boolean language sql stable security definer set search_path = '' as
$$ select exists (select 1 from public.staff s where s.user_id = (select auth.uid()) and s.rank = 'head') $$;
alter table public.staff enable row level security;
create policy see on public.staff for select to authenticated using (user_id = (select auth.uid()) or (select private.is_head()));
create policy heads_change on public.staff for update to authenticated using ((select private.is_head()));
grant select, update on public.staff to authenticated;

create table public.contracts (id int primary key);
insert into public.contracts values (1);
alter table public.contracts enable row level security;
create policy heads on public.contracts for select to authenticated using ((select private.is_head()));
grant select on public.contracts to authenticated;

create table public.user_roles (user_id uuid, role text check (role in ('editor', 'publisher')), primary key (user_id, role));
insert into public.user_roles values ('11111111-1111-4111-8111-111111111111', 'publisher'), ('22222222-2222-4222-8222-222222222222', 'editor');
alter table public.user_roles enable row level security;
create policy see on public.user_roles for select to authenticated using (user_id = (select auth.uid()));
create policy add on public.user_roles for insert to authenticated with check (user_id = (select auth.uid()));
grant select, insert on public.user_roles to authenticated;

create table public.articles (id int primary key);
insert into public.articles values (1);
alter table public.articles enable row level security;
create policy publishers on public.articles for select to authenticated
    using (exists (select 1 from public.user_roles r where r.user_id = (select auth.uid()) and r.role = 'publisher'));
grant select on public.articles to authenticated;

create table public.officers (id uuid primary key, grade text not null check (grade in ('low', 'high')), name text);
insert into public.officers values ('11111111-1111-4111-8111-111111111111', 'high', 'Amina'), ('22222222-2222-4222-8222-222222222222', 'low', 'Didier');
create function private.keep_grade() returns trigger language plpgsql set search_path = '' as
$$ begin if new.grade is distinct from old.grade then raise exception 'not yours to change'; end if; return new; end $$;
create trigger keep_grade before update on public.officers for each row execute function private.keep_grade();
alter table public.officers enable row level security;
create policy see on public.officers for select to authenticated using (id = (select auth.uid()));
create policy change on public.officers for update to authenticated using (id = (select auth.uid()));
grant select, update on public.officers to authenticated;

create table public.orders_of_the_day (id int primary key);
insert into public.orders_of_the_day values (1);
alter table public.orders_of_the_day enable row level security;
create policy high on public.orders_of_the_day for select to authenticated
    using (exists (select 1 from public.officers o where o.id = (select auth.uid()) and o.grade = 'high'));
grant select on public.orders_of_the_day to authenticated;
