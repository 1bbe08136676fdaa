-- Begins with auth.sql.
create table public.orders (id int primary key, customer uuid not null);
create index on public.orders (customer);
insert into public.orders values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.orders enable row level security;
create policy "Customers manage their orders" on public.orders to authenticated using (customer = (select auth.uid()));
create policy "Nobody deletes orders" on public.orders for delete to authenticated using (false);
create policy "Nobody adds orders" on public.orders for insert to authenticated with check (false);
grant select, insert, update, delete on public.orders to authenticated;

create table public.payments (id int primary key, customer uuid not null);
create index on public.payments (customer);
insert into public.payments values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.payments enable row level security;
create policy "Customers see their payments" on public.payments for select to authenticated using (customer = (select auth.uid()));
create policy "Payments stay as they are" on public.payments for update to authenticated using (false);
grant select, update on public.payments to authenticated;

create table public.keys (id int primary key);
insert into public.keys values (1);
alter table public.keys enable row level security;
create policy "Deny all" on public.keys to anon, authenticated using (false);
grant select, insert, update, delete on public.keys to anon, authenticated;

create table public.ledger (id int primary key, customer uuid not null);
create index on public.ledger (customer);
insert into public.ledger values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.ledger enable row level security;
create policy "Customers manage their ledger" on public.ledger to authenticated using (customer = (select auth.uid()));
create policy "Nobody deletes" on public.ledger as restrictive for delete to authenticated using (false);
grant select, insert, update, delete on public.ledger to authenticated;
