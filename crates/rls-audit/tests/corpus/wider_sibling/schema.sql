-- Begins with auth.sql.
create table public.notes (id int primary key, owner uuid not null);
create index on public.notes (owner);
insert into public.notes values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.notes enable row level security;
create policy "Users see their own notes" on public.notes for select to authenticated using (owner = (select auth.uid()));
create policy "Enable read access for all users" on public.notes for select to authenticated using (true);
grant select on public.notes to authenticated;

create table public.files (id int primary key, owner uuid not null);
create index on public.files (owner);
insert into public.files values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.files enable row level security;
create policy "Users manage their own files" on public.files to authenticated using (owner = (select auth.uid()));
create policy "Signed-in users manage files" on public.files to authenticated using ((select auth.role()) = 'authenticated');
grant select, insert, update, delete on public.files to authenticated;

create table public.posts (id int primary key, author uuid not null);
create index on public.posts (author);
insert into public.posts values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.posts enable row level security;
create policy "Authors manage their posts" on public.posts to authenticated using (author = (select auth.uid()));
create policy "Posts are read by users" on public.posts for select to authenticated using (true);
grant select, insert, update, delete on public.posts to authenticated;

create table public.tasks (id int primary key, owner uuid not null);
create index on public.tasks (owner);
insert into public.tasks values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.tasks enable row level security;
create policy "Users see their tasks" on public.tasks for select to authenticated using (owner = (select auth.uid()));
create policy "The service sees all" on public.tasks for select to service_role using (true);
create policy "Nothing is held back" on public.tasks as restrictive for select to authenticated using (true);
grant select on public.tasks to authenticated, service_role;
