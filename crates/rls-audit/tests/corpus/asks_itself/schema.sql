-- Begins with auth.sql.
create schema private;
grant usage on schema private to authenticated;

create table public.profiles (id uuid primary key, role text not null check (role in ('user', 'admin')));
insert into public.profiles values ('11111111-1111-4111-8111-111111111111', 'admin'), ('22222222-2222-4222-8222-222222222222', 'user');
alter table public.profiles enable row level security;
create policy "Admins see profiles" on public.profiles for select to authenticated
    using (exists (select 1 from public.profiles p where p.id = (select auth.uid()) and p.role = 'admin'));
grant select on public.profiles to authenticated;

create table public.projects (id int primary key, owner uuid not null);
create index on public.projects (owner);
create table public.project_members (project_id int, user_id uuid, primary key (project_id, user_id));
create index on public.project_members (user_id);
insert into public.projects values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
insert into public.project_members values (1, '22222222-2222-4222-8222-222222222222'), (2, '11111111-1111-4111-8111-111111111111');
alter table public.projects enable row level security;
alter table public.project_members enable row level security;
create policy "Members see projects" on public.projects for select to authenticated
    using (exists (select 1 from public.project_members m where m.project_id = projects.id and m.user_id = (select auth.uid())));
create policy "Owners see members" on public.project_members for select to authenticated
    using (exists (select 1 from public.projects p where p.id = project_members.project_id and p.owner = (select auth.uid())));
grant select on public.projects, public.project_members to authenticated;

create table public.tasks (id int primary key, project_id int not null);
insert into public.tasks values (1, 1);
alter table public.tasks enable row level security;
create policy "Tasks of one's projects" on public.tasks for select to authenticated
    using (project_id in (select p.id from public.projects p));
grant select on public.tasks to authenticated;

create table public.teams (id int primary key, lead uuid not null);
create index on public.teams (lead);
insert into public.teams values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
create function private.leads_a_team() returns boolean language sql stable set search_path = '' as
$$ select exists (select 1 from public.teams t where t.lead = (select auth.uid())) $$;
alter table public.teams enable row level security;
create policy "Leads see teams" on public.teams for select to authenticated using ((select private.leads_a_team()));
grant select on public.teams to authenticated;

create table public.boards (id int primary key, owner uuid not null);
create index on public.boards (owner);
insert into public.boards values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
create view private.boards_of_mine with (security_invoker = true) as select b.id from public.boards b where b.owner = auth.uid();
alter table public.boards enable row level security;
create policy "Boards of mine" on public.boards for select to authenticated using (id in (select m.id from private.boards_of_mine m));
grant select on public.boards, private.boards_of_mine to authenticated;

create table public.guards (id uuid primary key);
insert into public.guards values ('11111111-1111-4111-8111-111111111111');
create function private.is_guard() returns boolean language sql stable security definer set search_path = '' as
$$ select exists (select 1 from public.guards g where g.id = (select auth.uid())) $$;
alter table public.guards enable row level security;
create policy "Guards see guards" on public.guards for select to authenticated using ((select private.is_guard()));
grant select on public.guards to authenticated;

create table public.cards (id int primary key, owner uuid not null);
create index on public.cards (owner);
insert into public.cards values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
create view private.cards_of_mine as select c.id from public.cards c where c.owner = auth.uid();
alter table public.cards enable row level security;
create policy "Cards of mine" on public.cards for select to authenticated using (id in (select m.id from private.cards_of_mine m));
grant select on public.cards, private.cards_of_mine to authenticated;
