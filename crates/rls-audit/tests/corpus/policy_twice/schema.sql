-- Begins with auth.sql.
create table public.bookmarks (id int primary key, owner uuid not null);
create index on public.bookmarks (owner);
insert into public.bookmarks values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.bookmarks enable row level security;
create policy "Owners read" on public.bookmarks for select to authenticated using (owner = (select auth.uid()));
create policy "Users can view own bookmarks" on public.bookmarks for select to authenticated using ((select auth.uid()) = owner);
grant select on public.bookmarks to authenticated;

create table public.folders (id int primary key, owner uuid not null);
create index on public.folders (owner);
insert into public.folders values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.folders enable row level security;
create policy "Owners manage" on public.folders to authenticated using (owner = (select auth.uid()));
create policy "Owners read" on public.folders for select to authenticated using (owner = (select auth.uid()));
grant select, insert, update, delete on public.folders to authenticated;

create table public.labels (id int primary key, owner uuid not null, is_shared boolean not null default false);
create index on public.labels (owner);
insert into public.labels values (1, '11111111-1111-4111-8111-111111111111', false), (2, '22222222-2222-4222-8222-222222222222', true);
alter table public.labels enable row level security;
create policy "Owners read" on public.labels for select to authenticated using (owner = (select auth.uid()) and not is_shared);
create policy "Owners and guests read" on public.labels for select to authenticated using (is_shared or owner = (select auth.uid()));
grant select on public.labels to authenticated;

create table public.tags (id int primary key, owner uuid not null, is_shared boolean not null default false);
create index on public.tags (owner);
insert into public.tags values (1, '11111111-1111-4111-8111-111111111111', false), (2, '22222222-2222-4222-8222-222222222222', true);
alter table public.tags enable row level security;
create policy "Owners manage" on public.tags to authenticated using (owner = (select auth.uid()));
create policy "Guests read" on public.tags for select to authenticated using (is_shared or owner = (select auth.uid()));
create policy "Strangers read" on public.tags for select to anon using (is_shared);
grant select, insert, update, delete on public.tags to authenticated;
grant select on public.tags to anon;
