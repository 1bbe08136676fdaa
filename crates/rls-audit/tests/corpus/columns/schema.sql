-- Begins with auth.sql.
create table public.members (
    id uuid primary key default gen_random_uuid(),
    owner uuid default auth.uid(),
    role text not null default 'member' check (role in ('member', 'admin')),
    nick text,
    secret text
);
insert into public.members (owner, role, nick) values
    ('11111111-1111-4111-8111-111111111111', 'member', 'a'), ('22222222-2222-4222-8222-222222222222', 'admin', 'b');
alter table public.members enable row level security;
create policy see on public.members for select to authenticated using (true);
create policy add on public.members for insert to authenticated with check (owner = auth.uid() and role = 'member');
create policy change on public.members for update to authenticated using (owner = auth.uid());
grant select (id, nick, role) on public.members to authenticated;
grant insert (nick) on public.members to authenticated;
grant update (nick) on public.members to authenticated;
create table public.two_columns (a int, b int, owner uuid, primary key (a, b));
insert into public.two_columns values (1, 1, '11111111-1111-4111-8111-111111111111'), (1, 2, null);
alter table public.two_columns enable row level security;
create policy own on public.two_columns to authenticated using (owner = auth.uid()) with check (owner is not null);
grant select (a, b), update (owner), delete on public.two_columns to authenticated;
create table public.no_select (a int primary key, owner uuid);
insert into public.no_select values (1, '11111111-1111-4111-8111-111111111111'), (2, null);
alter table public.no_select enable row level security;
create policy own on public.no_select for all to authenticated using (owner = auth.uid());
grant insert, update, delete on public.no_select to authenticated;
