-- Begins with auth_users.sql.
create table public.profiles (id uuid primary key, display_name text, phone text);
insert into public.profiles values ('11111111-1111-4111-8111-111111111111', 'Amina', '1'), ('22222222-2222-4222-8222-222222222222', 'Didier', '2');
alter table public.profiles enable row level security;
create policy own on public.profiles for select to authenticated using (id = (select auth.uid()));
grant select on public.profiles to authenticated;

create view public.profile_cards as select id, display_name from public.profiles;
grant select on public.profile_cards to anon, authenticated;
create view public.my_profile with (security_invoker = true) as select * from public.profiles;
grant select on public.my_profile to authenticated;
-- The view within asks as whoever reads, through whichever view they come.
create view public.profile_names as select display_name from public.my_profile;
grant select on public.profile_names to authenticated;
create view public.profile_phones as select id, phone from public.profiles;
grant select on public.profile_phones to service_role;
create table public.posts (id int primary key, author uuid not null, published boolean not null, body text);
create index on public.posts (author);
insert into public.posts values (1, '11111111-1111-4111-8111-111111111111', true, 'a'), (2, '22222222-2222-4222-8222-222222222222', false, 'b');
alter table public.posts enable row level security;
create policy published on public.posts for select to anon, authenticated using (published);
create policy own on public.posts for select to authenticated using (author = (select auth.uid()));
grant select on public.posts to anon, authenticated;
create view public.posts_published as select id, body from public.posts where published;
grant select on public.posts_published to anon, authenticated;
create table public.plans (id int primary key, name text, draft boolean not null);
alter table public.plans enable row level security;
create view public.plan_names as select name from public.plans where not draft;
grant select on public.plan_names to anon;
create table public.members (user_id uuid primary key, team int not null);
insert into public.members values ('11111111-1111-4111-8111-111111111111', 1), ('22222222-2222-4222-8222-222222222222', 1);
alter table public.members enable row level security;
create policy own on public.members for select to authenticated using (user_id = (select auth.uid()));
grant select on public.members to authenticated;
create view public.team_of_mine as
    select m.user_id, m.team from public.members m
    where m.team in (select own.team from public.members own where own.user_id = auth.uid());
grant select on public.team_of_mine to authenticated;
