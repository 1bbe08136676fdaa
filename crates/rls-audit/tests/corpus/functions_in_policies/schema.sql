-- Begins with auth.sql.
create schema private;
create table private.user_roles (user_id uuid primary key, role text not null);
insert into private.user_roles values ('11111111-1111-4111-8111-111111111111', 'admin'), ('22222222-2222-4222-8222-222222222222', 'directeur');
create function private.role_of() returns text language sql stable security definer set search_path = '' as
$$ select r.role from private.user_roles r where r.user_id = auth.uid() $$;
grant usage on schema private to authenticated;
create table public.depots (id int primary key, name text);
insert into public.depots values (1, 'Kin'), (2, 'Goma');
alter table public.depots enable row level security;
create policy read on public.depots for select to authenticated using (private.role_of() is not null);
create policy write on public.depots for update to authenticated using (private.role_of() = any (array['admin', 'directeur']))
    with check (private.role_of() = 'admin' or name is not null);
create policy remove on public.depots for delete to authenticated using ((select private.role_of()) = 'admin');
grant all on public.depots to authenticated;
create table public.volatile_gate (id int primary key);
insert into public.volatile_gate values (1);
alter table public.volatile_gate enable row level security;
create policy gate on public.volatile_gate using (current_setting('app.open', true) = 'yes');
grant all on public.volatile_gate to anon;
