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

create table public.stock (id int primary key, litres int);
insert into public.stock values (1, 10), (2, 20);
alter table public.stock enable row level security;
create policy directors on public.stock for select to authenticated
    using ((select auth.jwt() -> 'app_metadata' ->> 'role') = 'director');
grant select on public.stock to authenticated;
create table public.movements (id int primary key, author uuid not null);
create index on public.movements (author);
insert into public.movements values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.movements enable row level security;
create policy own on public.movements to authenticated using (author = (select auth.uid()));
grant select, delete on public.movements to authenticated;
