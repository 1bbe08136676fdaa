create schema auth;
grant usage on schema auth to anon, authenticated;
create function auth.uid() returns uuid language sql stable as $$
    select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
create function auth.role() returns text language sql stable as $$
    select coalesce(nullif(current_setting('request.jwt.claim.role', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role') $$;
create function auth.email() returns text language sql stable as $$
    select coalesce(nullif(current_setting('request.jwt.claim.email', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email') $$;
create function auth.jwt() returns jsonb language sql stable as $$
    select coalesce(nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), ''))::jsonb $$;
grant usage on schema public to anon, authenticated;
create table public.feedback (id int generated always as identity primary key, body text);
alter table public.feedback enable row level security;
create policy "Anyone can send feedback" on public.feedback for insert to anon with check (true);
grant insert on public.feedback to anon;

create table public.boards (id int primary key, name text);
insert into public.boards values (1, 'Plans');
alter table public.boards enable row level security;
create policy "Allow all" on public.boards to authenticated using (true) with check (true);
grant select, insert, update, delete on public.boards to authenticated;

create table public.tickets (id int primary key, handled_by uuid);
create index on public.tickets (handled_by);
insert into public.tickets values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.tickets enable row level security;
create policy "Agents see their tickets" on public.tickets for select to authenticated using (handled_by = (select auth.uid()));
create policy "Agents take tickets" on public.tickets for update to authenticated
    using (true) with check (handled_by = (select auth.uid()));
grant select, update on public.tickets to authenticated;

create table public.entries (id int primary key, body text);
insert into public.entries values (1, 'first');
alter table public.entries enable row level security;
create policy "Anyone adds entries" on public.entries for insert to anon, authenticated with check (true);
grant select on public.entries to anon, authenticated;

create table public.events (id int primary key, body text);
insert into public.events values (1, 'started');
alter table public.events enable row level security;
create policy "The service writes" on public.events to service_role using (true) with check (true);
grant select, insert, update, delete on public.events to anon, authenticated, service_role;
