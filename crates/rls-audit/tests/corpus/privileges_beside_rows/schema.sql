-- Begins with auth_users.sql.
create table public.posts (id int primary key, author uuid not null, body text);
create index on public.posts (author);
insert into public.posts values (1, '11111111-1111-4111-8111-111111111111', 'a'), (2, '22222222-2222-4222-8222-222222222222', 'b');
alter table public.posts enable row level security;
create policy own on public.posts to authenticated using (author = (select auth.uid()));
grant all on public.posts to anon, authenticated;
create table public.remarks (id int primary key, author uuid not null, body text);
create index on public.remarks (author);
insert into public.remarks values (1, '11111111-1111-4111-8111-111111111111', 'a');
alter table public.remarks enable row level security;
create policy own on public.remarks to authenticated using (author = (select auth.uid()));
grant select, insert, update, delete on public.remarks to authenticated;
create table public.tags (id int primary key, owner uuid not null, label text);
create index on public.tags (owner);
insert into public.tags values (1, '11111111-1111-4111-8111-111111111111', 'a');
alter table public.tags enable row level security;
create policy own on public.tags for select to authenticated using (owner = (select auth.uid()));
grant select, references (id) on public.tags to authenticated;
-- A view has no rows of its own to be truncated.
create view public.my_posts with (security_invoker = true) as select id, body from public.posts;
grant all on public.my_posts to authenticated;
