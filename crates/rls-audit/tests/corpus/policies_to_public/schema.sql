-- Begins with auth.sql.
create table public.announcements (id int primary key, title text not null, is_published boolean not null default false);
insert into public.announcements values (1, 'Open day', true), (2, 'A merger', false);
alter table public.announcements enable row level security;
create policy "Published announcements are visible" on public.announcements for select using (is_published);
grant select on public.announcements to anon, authenticated;

create table public.drafts (id int primary key, author uuid not null);
create index on public.drafts (author);
insert into public.drafts values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.drafts enable row level security;
create policy "Authors manage their drafts" on public.drafts using (author = (select auth.uid()));
grant select, insert, update, delete on public.drafts to anon, authenticated;

create table public.reports (id int primary key, owner uuid not null, is_shared boolean not null default false);
create index on public.reports (owner);
insert into public.reports values (1, '11111111-1111-4111-8111-111111111111', false), (2, '22222222-2222-4222-8222-222222222222', true);
alter table public.reports enable row level security;
create policy "Strangers read shared reports" on public.reports for select to anon using (is_shared);
create policy "Owners read their reports" on public.reports for select using (owner = (select auth.uid()));
grant select on public.reports to anon, authenticated;

create table public.rooms (id int primary key, owner uuid not null, is_closed boolean not null default false);
create index on public.rooms (owner);
insert into public.rooms values (1, '11111111-1111-4111-8111-111111111111', false), (2, '11111111-1111-4111-8111-111111111111', true);
alter table public.rooms enable row level security;
create policy "Owners see their rooms" on public.rooms for select to authenticated using (owner = (select auth.uid()));
create policy "Never the closed ones" on public.rooms as restrictive using (not is_closed);
grant select on public.rooms to anon, authenticated;
