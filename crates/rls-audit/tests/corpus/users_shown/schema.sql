-- Begins with auth_users.sql.
create view public.members as select u.id, u.email from auth.users u;
grant select on public.members to anon, authenticated;
create view public.all_users as select * from auth.users;
create view public.everybody as select * from public.all_users;
grant select on public.everybody to authenticated;
create materialized view public.user_stats as select count(*) as users from auth.users;
grant select on public.user_stats to anon;
create table public.authors (id uuid primary key, name text);
insert into public.authors values ('11111111-1111-4111-8111-111111111111', 'Amina'), ('22222222-2222-4222-8222-222222222222', 'Didier');
alter table public.authors enable row level security;
create policy everybody on public.authors for select to authenticated using (true);
grant select on public.authors to authenticated;
create view public.confirmed_authors as
    select a.id, a.name from public.authors a join auth.users u on u.id = a.id where u.confirmed_at is not null;
grant select on public.confirmed_authors to authenticated;
create view public.my_email as select u.email from auth.users u where u.id = auth.uid();
grant select on public.my_email to authenticated;
