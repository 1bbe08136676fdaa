-- Begins with auth_users.sql.
create table public.staff_members (user_id uuid primary key);
insert into public.staff_members values ('22222222-2222-4222-8222-222222222222');
alter table public.staff_members enable row level security;
create policy own on public.staff_members for select to authenticated using (user_id = (select auth.uid()));
grant select on public.staff_members to authenticated;
create table public.notes (id int primary key, owner uuid not null);
insert into public.notes values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.notes enable row level security;
create policy own on public.notes for select to authenticated using (owner = auth.uid());
grant select on public.notes to authenticated;
create table public.reports (id int primary key, tenant text);
create index on public.reports (tenant);
insert into public.reports values (1, 'kin');
alter table public.reports enable row level security;
create policy tenant on public.reports for select to authenticated
    using (tenant = (auth.jwt() -> 'app_metadata' ->> 'tenant'));
grant select on public.reports to authenticated;
create function public.is_staff() returns boolean language sql stable security definer set search_path = '' as
$$ select exists (select 1 from public.staff_members s where s.user_id = (select auth.uid())) $$;
create table public.files (id int primary key, name text);
insert into public.files values (1, 'a');
alter table public.files enable row level security;
create policy staff on public.files for select to authenticated using (public.is_staff());
create policy staff_remove on public.files for delete to authenticated using ((select public.is_staff()));
grant select, delete on public.files to authenticated;
create table public.shares (folder int, user_id uuid, primary key (folder, user_id));
insert into public.shares values (1, '11111111-1111-4111-8111-111111111111');
alter table public.shares enable row level security;
create policy own on public.shares for select to authenticated using (user_id = (select auth.uid()));
grant select on public.shares to authenticated;
create function public.may_see(which int) returns boolean language sql stable security definer set search_path = '' as
$$ select exists (select 1 from public.shares s where s.folder = which and s.user_id = (select auth.uid())) $$;
create table public.folders (id int primary key, name text);
insert into public.folders values (1, 'a'), (2, 'b');
alter table public.folders enable row level security;
create policy shared on public.folders for select to authenticated using (public.may_see(id));
grant select on public.folders to authenticated;
create table public.topics (id int primary key, owner uuid not null default auth.uid(), created_by uuid);
create index on public.topics (owner, id);
insert into public.topics values (1, '11111111-1111-4111-8111-111111111111', '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222');
alter table public.topics enable row level security;
create policy own on public.topics for select to authenticated using (owner = (select auth.uid()));
create policy add on public.topics for insert to authenticated with check (created_by = (select auth.uid()));
create policy old on public.topics for delete to authenticated using (id < 10 and (select auth.uid()) = owner);
grant select, delete, insert (id, created_by) on public.topics to authenticated;
