-- Begins with auth.sql.
create table public.notes (
    id uuid primary key default gen_random_uuid(),
    owner uuid not null,
    body text
);
alter table public.notes enable row level security;
grant all on public.notes to anon, authenticated;
create policy own on public.notes to authenticated using (owner = auth.uid()) with check (owner = auth.uid());
insert into public.notes (owner, body) values
    ('11111111-1111-4111-8111-111111111111', 'mine'), ('22222222-2222-4222-8222-222222222222', 'another''s');
create table public.closed (id int primary key, body text);
insert into public.closed values (1, 'a');
create table public.open (id int primary key, body text);
insert into public.open values (1, 'a');
grant select, insert on public.open to anon;
create table public.readable (id int primary key, body text, secret text);
insert into public.readable values (1, 'a', 's');
alter table public.readable enable row level security;
create policy everybody on public.readable for select using (true);
create policy unchecked on public.readable for update to authenticated using (true);
grant select, update (body) on public.readable to anon, authenticated;
create table public.empty (id int generated always as identity primary key, owner uuid, body text not null);
alter table public.empty enable row level security;
create policy own on public.empty for all to authenticated using (owner = auth.uid());
grant all on public.empty to anon, authenticated;
create table public.blind (id int primary key, owner uuid);
insert into public.blind values (1, '11111111-1111-4111-8111-111111111111'), (2, null);
alter table public.blind enable row level security;
create policy write_only on public.blind for update to authenticated using (owner = auth.uid()) with check (true);
grant select, update on public.blind to authenticated;
