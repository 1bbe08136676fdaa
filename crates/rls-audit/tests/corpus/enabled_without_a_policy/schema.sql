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

create table public.webhook_events (id int primary key, payload jsonb);
insert into public.webhook_events values (1, '{}');
alter table public.webhook_events enable row level security;
grant select, insert on public.webhook_events to anon, authenticated;
create table public.readings (id int, day date not null, owner uuid, primary key (id, day)) partition by range (day);
create index on public.readings (owner);
create table public.readings_2026 partition of public.readings for values from ('2026-01-01') to ('2027-01-01');
insert into public.readings values (1, '2026-03-01', '11111111-1111-4111-8111-111111111111'), (2, '2026-03-02', '22222222-2222-4222-8222-222222222222');
alter table public.readings enable row level security;
create policy own on public.readings for select to authenticated using (owner = (select auth.uid()));
alter table public.readings_2026 enable row level security;
grant select on public.readings, public.readings_2026 to authenticated;
-- Not served.
create schema queue;
create table queue.tasks (id int primary key);
insert into queue.tasks values (1);
alter table queue.tasks enable row level security;
