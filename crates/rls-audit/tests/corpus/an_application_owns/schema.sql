create schema auth;
grant usage on schema auth to anon, authenticated, service_role;
create table auth.users (id uuid primary key, email text, encrypted_password text, confirmed_at timestamptz);
insert into auth.users values
    ('11111111-1111-4111-8111-111111111111', 'amina@example.org', 'x', now()),
    ('22222222-2222-4222-8222-222222222222', 'didier@example.org', 'y', null);
create function auth.jwt() returns jsonb language sql stable as
$$ select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb $$;
create function auth.uid() returns uuid language sql stable as $$ select (auth.jwt() ->> 'sub')::uuid $$;
create function auth.role() returns text language sql stable as $$ select auth.jwt() ->> 'role' $$;
grant usage on schema public to anon, authenticated, service_role;

create table public.orders (id int primary key, customer uuid not null);
create index on public.orders (customer);
insert into public.orders values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.orders enable row level security;
create policy own on public.orders for select to authenticated using (customer = (select auth.uid()));
alter table public.orders owner to app_owner;
create table public.returns (id int primary key, customer uuid not null);
create index on public.returns (customer);
insert into public.returns values (1, '11111111-1111-4111-8111-111111111111');
alter table public.returns enable row level security;
alter table public.returns force row level security;
create policy own on public.returns for select to authenticated using (customer = (select auth.uid()));
alter table public.returns owner to app_owner;
create table public.refunds (id int primary key, customer uuid not null);
create index on public.refunds (customer);
insert into public.refunds values (1, '11111111-1111-4111-8111-111111111111');
alter table public.refunds enable row level security;
create policy own on public.refunds for select to authenticated using (customer = (select auth.uid()));
grant select on public.orders, public.returns, public.refunds to authenticated;
