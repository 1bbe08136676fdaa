-- Begins with auth.sql.
create table public.parent (id int, owner uuid);
create table public.child (extra text) inherits (public.parent);
insert into public.parent values (1, '11111111-1111-4111-8111-111111111111');
insert into public.child values (2, null, 'x');
alter table public.parent enable row level security;
create policy everybody on public.parent for select using (true);
create policy own on public.parent for delete to authenticated using (owner = auth.uid());
grant select, delete on public.parent to authenticated;
grant select on public.child to anon;
