-- Begins with auth.sql.
create table public.carts (id int primary key, owner uuid not null default auth.uid());
create index on public.carts (owner);
insert into public.carts values (1, '11111111-1111-4111-8111-111111111111'), (2, '55555555-5555-4555-8555-555555555555');
alter table public.carts enable row level security;
create policy own on public.carts to authenticated using (owner = (select auth.uid()));
grant select, insert, update, delete on public.carts to authenticated;
create table public.orders (id int primary key, owner uuid not null default auth.uid());
create index on public.orders (owner);
insert into public.orders values (1, '11111111-1111-4111-8111-111111111111'), (2, '55555555-5555-4555-8555-555555555555');
alter table public.orders enable row level security;
create policy own on public.orders to authenticated using (owner = (select auth.uid()));
create policy "not without an account" on public.orders as restrictive to authenticated
    using ((select (auth.jwt() ->> 'is_anonymous')::boolean) is not true);
grant select, insert, update, delete on public.orders to authenticated;
create table public.readings (id int primary key, device text not null, value int);
create index on public.readings (device);
insert into public.readings values (1, 'kiosk-1', 5), (2, 'kiosk-2', 6);
alter table public.readings enable row level security;
create policy "its own device" on public.readings to anon using (device = (select auth.jwt() ->> 'device'));
grant select, insert on public.readings to anon;
