-- Begins with auth.sql.
create table public.drawers (id int primary key, belongs_to name not null, body text);
create index on public.drawers (belongs_to);
insert into public.drawers values (1, 'anon', 'for strangers'), (2, 'authenticated', 'for members'), (3, 'app_owner', 'for nobody here');
alter table public.drawers enable row level security;
create policy "each role its own" on public.drawers using (belongs_to = current_user);
grant select, update on public.drawers to anon, authenticated;
create table public.backoffice (id int primary key);
insert into public.backoffice values (1);
alter table public.backoffice enable row level security;
create policy "our owner" on public.backoffice to authenticated using (current_user = 'app_owner');
grant select, insert, update, delete on public.backoffice to authenticated;
create table public.members_only (id int primary key);
insert into public.members_only values (1);
alter table public.members_only enable row level security;
create policy "not by what it inherits" on public.members_only for select to authenticated using (pg_has_role(current_user, 'staff', 'usage'));
grant select on public.members_only to authenticated;
