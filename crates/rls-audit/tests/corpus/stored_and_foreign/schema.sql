-- Begins with auth_users.sql.
create table public.sales (id int primary key, customer uuid not null, amount numeric);
create index on public.sales (customer);
insert into public.sales values (1, '11111111-1111-4111-8111-111111111111', 10), (2, '22222222-2222-4222-8222-222222222222', 20);
alter table public.sales enable row level security;
create policy own on public.sales for select to authenticated using (customer = (select auth.uid()));
grant select on public.sales to authenticated;
create materialized view public.sales_by_customer as select customer, sum(amount) as total from public.sales group by customer;
grant select on public.sales_by_customer to anon;
create materialized view public.sales_total as select sum(amount) as total from public.sales;
grant select on public.sales_total to service_role;
create extension file_fdw;
create server partner foreign data wrapper file_fdw;
create foreign table public.partner_stock (id int, litres int) server partner options (program 'echo 1,10', format 'csv');
grant select on public.partner_stock to authenticated;
create foreign table public.partner_prices (id int, price int) server partner options (program 'echo 1,10', format 'csv');
