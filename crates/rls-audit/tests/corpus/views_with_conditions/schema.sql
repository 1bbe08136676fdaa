-- Begins with auth.sql.
create table public.orders (id int primary key, user_id uuid, total int);
insert into public.orders values (1, '11111111-1111-4111-8111-111111111111', 1), (2, null, 2);
alter table public.orders enable row level security;
create policy own on public.orders for select to authenticated using (user_id = auth.uid());
grant select on public.orders to authenticated;
create view public.my_orders as select * from public.orders where user_id = auth.uid();
grant select, update, delete on public.my_orders to anon, authenticated;
create view public.big_orders as select id, total from public.orders where total > 1;
grant select on public.big_orders to authenticated;
