-- Begins with auth.sql.
create schema private;
grant usage on schema private to authenticated;
create table public.switches (name text primary key, is_on boolean not null);
insert into public.switches values ('sale', true), ('secret', false);
alter table public.switches enable row level security;
create policy "The sale is no secret" on public.switches for select to authenticated using (name = 'sale');
grant select on public.switches to authenticated;

create table public.offers (id int primary key, starts timestamptz not null);
insert into public.offers values (1, '2024-01-01'), (2, '2124-01-01');
alter table public.offers enable row level security;
create policy "While the sale is on" on public.offers for select to authenticated
    using (exists (select 1 from public.switches s where s.name = 'sale' and s.is_on));
create policy "Once they have begun" on public.offers for update to authenticated using (starts <= now());
grant select, update on public.offers to authenticated;

create table public.results (id int primary key);
insert into public.results values (1);
alter table public.results enable row level security;
create policy "After the election" on public.results for select to authenticated using (now() > timestamptz '2024-01-01');
grant select on public.results to authenticated;

create function private.is_open() returns boolean language sql stable security definer set search_path = '' as
$$ select s.is_on from public.switches s where s.name = 'sale' $$;
create table public.orders (id int primary key);
insert into public.orders values (1);
alter table public.orders enable row level security;
create policy "While the shop is open" on public.orders for select to authenticated using ((select private.is_open()));
grant select on public.orders to authenticated;

create table public.members (user_id uuid primary key);
insert into public.members values ('11111111-1111-4111-8111-111111111111');
alter table public.members enable row level security;
create policy own on public.members for select to authenticated using (user_id = (select auth.uid()));
grant select on public.members to authenticated;
create table public.handbooks (id int primary key);
insert into public.handbooks values (1);
alter table public.handbooks enable row level security;
create policy "Members read" on public.handbooks for select to authenticated using (exists (select 1 from public.members));
create policy "Strong ones write" on public.handbooks for update to authenticated using ((select auth.jwt()) ->> 'aal' = 'aal2');
grant select, update on public.handbooks to authenticated;
