-- Begins with auth.sql.
create schema private;
grant usage on schema private to authenticated;
create type public.rank as enum ('admin', 'clerk');
create table public.staff (user_id uuid primary key, rank public.rank not null);
insert into public.staff values ('11111111-1111-4111-8111-111111111111', 'admin'), ('22222222-2222-4222-8222-222222222222', 'clerk');
alter table public.staff enable row level security;
create policy own on public.staff for select to authenticated using (user_id = (select auth.uid()));
grant select on public.staff to authenticated;

create table public.articles (id int primary key, status text not null check (status in ('draft', 'published')), title text);
insert into public.articles values (1, 'draft', 'a'), (2, 'published', 'b');
alter table public.articles enable row level security;
create policy "Published articles" on public.articles for select to authenticated using (status = 'Published');
create policy "Finished articles" on public.articles for select to authenticated using (lower(status) = 'published' and title <> 'Draft');
create policy "Staff change" on public.articles for update to authenticated
    using (exists (select 1 from public.staff s where s.user_id = (select auth.uid()) and s.rank::text = 'Admin'));
create policy "Clerks remove" on public.articles for delete to authenticated
    using (status = 'draft' and exists (select 1 from public.staff s where s.user_id = (select auth.uid()) and s.rank = 'clerk'));
grant select, update, delete on public.articles to authenticated;

create domain public.state as text check (value in ('new', 'done'));
create table public.tasks (id int primary key, state public.state not null, kind text not null);
insert into public.tasks values (1, 'new', 'a'), (2, 'done', 'b');
alter table public.tasks enable row level security;
create policy "Anything that is not deleted" on public.tasks for select to authenticated using (state <> 'deleted');
create policy "Open ones" on public.tasks for update to authenticated using (state = 'new' and kind = 'whatever');
grant select, update on public.tasks to authenticated;
