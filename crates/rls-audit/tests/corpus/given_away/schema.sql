-- Begins with auth.sql.
create schema private;
grant usage on schema private to authenticated;
create table private.admins (id uuid primary key);
insert into private.admins values ('11111111-1111-4111-8111-111111111111');
create function private.is_admin() returns boolean language sql stable security definer set search_path = '' as
$$ select exists (select 1 from private.admins a where a.id = (select auth.uid())) $$;

create table private.staff (org int, member uuid, primary key (org, member));
insert into private.staff values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
create function private.orgs() returns setof int language sql stable security definer set search_path = '' as
$$ select s.org from private.staff s where s.member = (select auth.uid()) $$;

create table public.documents (id int primary key, owner uuid not null, org int not null, assignee uuid,
    status text not null default 'draft', is_public boolean not null default false);
create index on public.documents (owner);
create index on public.documents (org);
create index on public.documents (assignee);

create table public.unchecked (like public.documents including all);
insert into public.unchecked values (1, '11111111-1111-4111-8111-111111111111', 1), (2, '22222222-2222-4222-8222-222222222222', 2);
alter table public.unchecked enable row level security;
create policy change on public.unchecked for update to authenticated using (owner = (select auth.uid())) with check (true);
grant select, update on public.unchecked to authenticated;

create table public.by_status (like public.documents including all);
insert into public.by_status values (1, '11111111-1111-4111-8111-111111111111', 1), (2, '22222222-2222-4222-8222-222222222222', 2);
alter table public.by_status enable row level security;
create policy change on public.by_status for update to authenticated
    using (owner = (select auth.uid())) with check (status in ('draft', 'done'));
grant select, update on public.by_status to authenticated;

create table public.by_org (like public.documents including all);
insert into public.by_org values (1, '11111111-1111-4111-8111-111111111111', 1), (2, '22222222-2222-4222-8222-222222222222', 2);
alter table public.by_org enable row level security;
create policy change on public.by_org for update to authenticated
    using (org in (select private.orgs())) with check (true);
grant select, update on public.by_org to authenticated;

create table public.or_public (like public.documents including all);
insert into public.or_public (id, owner, org, is_public) values (1, '11111111-1111-4111-8111-111111111111', 1, true), (2, '22222222-2222-4222-8222-222222222222', 2, false);
alter table public.or_public enable row level security;
create policy change on public.or_public for update to authenticated
    using (owner = (select auth.uid())) with check (is_public or owner = (select auth.uid()));
grant select, update on public.or_public to authenticated;

create table public.held (like public.documents including all);
insert into public.held values (1, '11111111-1111-4111-8111-111111111111', 1), (2, '22222222-2222-4222-8222-222222222222', 2);
alter table public.held enable row level security;
create policy change on public.held for update to authenticated
    using (owner = (select auth.uid()) and status = 'draft') with check (owner = (select auth.uid()));
grant select, update on public.held to authenticated;

create table public.held_elsewhere (like public.documents including all);
insert into public.held_elsewhere values (1, '11111111-1111-4111-8111-111111111111', 1), (2, '22222222-2222-4222-8222-222222222222', 2);
alter table public.held_elsewhere enable row level security;
create policy change on public.held_elsewhere for update to authenticated using (owner = (select auth.uid())) with check (true);
create policy hold on public.held_elsewhere as restrictive for update to authenticated using (owner = (select auth.uid()));
grant select, update on public.held_elsewhere to authenticated;

create table public.by_admins (like public.documents including all);
insert into public.by_admins values (1, '11111111-1111-4111-8111-111111111111', 1), (2, '22222222-2222-4222-8222-222222222222', 2);
alter table public.by_admins enable row level security;
create policy change on public.by_admins for update to authenticated using ((select private.is_admin())) with check (true);
grant select, update on public.by_admins to authenticated;

create table public.by_state (like public.documents including all);
insert into public.by_state values (1, '11111111-1111-4111-8111-111111111111', 1), (2, '22222222-2222-4222-8222-222222222222', 2);
alter table public.by_state enable row level security;
create policy change on public.by_state for update to authenticated using (status = 'draft') with check (true);
grant select, update on public.by_state to authenticated;

create table public.handed_on (like public.documents including all);
insert into public.handed_on (id, owner, org, assignee) values (1, '11111111-1111-4111-8111-111111111111', 1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222', 2, '22222222-2222-4222-8222-222222222222');
alter table public.handed_on enable row level security;
create policy change on public.handed_on for update to authenticated
    using (owner = (select auth.uid())) with check (owner = (select auth.uid()) or assignee = (select auth.uid()));
grant select, update on public.handed_on to authenticated;

create table public.titles_only (like public.documents including all);
insert into public.titles_only values (1, '11111111-1111-4111-8111-111111111111', 1), (2, '22222222-2222-4222-8222-222222222222', 2);
alter table public.titles_only enable row level security;
create policy change on public.titles_only for update to authenticated using (owner = (select auth.uid())) with check (true);
grant select, update (status) on public.titles_only to authenticated;
