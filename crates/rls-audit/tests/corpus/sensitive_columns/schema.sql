-- Begins with auth_users.sql.
create table public.employees (
    id int primary key, name text, salary numeric, "nationalId" text, reference text,
    password_changed_at timestamptz, token_count int, has_secret boolean, secret_id uuid);
comment on column public.employees.reference is 'IBAN to which wages are paid';
insert into public.employees values (1, 'Amina', 100, '1', 'FR76', now(), 3, false, null), (2, 'Didier', 90, '2', 'FR77', now(), 0, true, null);
alter table public.employees enable row level security;
create policy everybody on public.employees for select to authenticated using (true);
grant select on public.employees to authenticated;
-- Not granted.
create table public.directory (id int primary key, name text, ssn text);
insert into public.directory values (1, 'Amina', '1');
alter table public.directory enable row level security;
create policy everybody on public.directory for select to authenticated using (true);
grant select (id, name) on public.directory to authenticated;
-- Each their own.
create table public.wallets (owner uuid primary key, iban text, api_key text);
insert into public.wallets values ('11111111-1111-4111-8111-111111111111', 'FR76', 'k'), ('22222222-2222-4222-8222-222222222222', 'FR77', 'l');
alter table public.wallets enable row level security;
create policy own on public.wallets for select to authenticated using (owner = (select auth.uid()));
grant select on public.wallets to authenticated;
-- Nobody's.
create table public.integrations (id int primary key, webhook_secret text);
insert into public.integrations values (1, 's');
