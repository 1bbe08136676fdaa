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

create table public.vaults (id int primary key, owner uuid not null);
insert into public.vaults values (1, '11111111-1111-4111-8111-111111111111');
alter table public.vaults enable row level security;
create policy second_factor on public.vaults as restrictive to authenticated
    using (((select auth.jwt()) ->> 'aal') = 'aal2');
grant select, update on public.vaults to authenticated;
create table public.safes (id int primary key, owner uuid not null);
create index on public.safes (owner);
insert into public.safes values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.safes enable row level security;
create policy own on public.safes to authenticated using (owner = (select auth.uid()));
create policy second_factor on public.safes as restrictive to authenticated
    using (((select auth.jwt()) ->> 'aal') = 'aal2');
grant select, update on public.safes to authenticated;
