-- Begins with auth.sql.
create schema private;
grant usage on schema private to authenticated;
create table private.admins (id uuid primary key);
insert into private.admins values ('11111111-1111-4111-8111-111111111111');
create function private.is_admin() returns boolean language sql stable security definer set search_path = '' as
$$ select exists (select 1 from private.admins a where a.id = (select auth.uid())) $$;

create table public.room_members (room int, member uuid, primary key (room, member));
create index on public.room_members (member);
insert into public.room_members values (1, '11111111-1111-4111-8111-111111111111'), (1, '22222222-2222-4222-8222-222222222222'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.room_members enable row level security;
create policy own on public.room_members for select to authenticated using (member = (select auth.uid()));
grant select on public.room_members to authenticated;

create table public.messages (id int primary key, room int not null, sender uuid not null default auth.uid(), body text);
insert into public.messages values (1, 1, '11111111-1111-4111-8111-111111111111', 'hello');
alter table public.messages enable row level security;
create policy "Members read" on public.messages for select to authenticated
    using (room in (select m.room from public.room_members m where m.member = (select auth.uid())));
create policy "Members write" on public.messages for insert to authenticated
    with check (room in (select m.room from public.room_members m where m.member = (select auth.uid())));
grant select, insert on public.messages to authenticated;

create table public.reactions (id int primary key, kind text not null, author uuid not null);
create index on public.reactions (author);
insert into public.reactions values (1, 'like', '11111111-1111-4111-8111-111111111111');
alter table public.reactions enable row level security;
create policy "Authors see theirs" on public.reactions for select to authenticated using (author = (select auth.uid()));
create policy "Likes and hearts" on public.reactions for insert to authenticated with check (kind in ('like', 'heart'));
grant select, insert on public.reactions to authenticated;

create table public.comments (id int primary key, kind text not null, author uuid not null);
create index on public.comments (author);
insert into public.comments values (1, 'like', '11111111-1111-4111-8111-111111111111');
alter table public.comments enable row level security;
create policy "Authors see theirs" on public.comments for select to authenticated using (author = (select auth.uid()));
create policy "Likes and hearts" on public.comments for insert to authenticated with check (kind in ('like', 'heart'));
create policy "In one's own name" on public.comments as restrictive for insert to authenticated with check (author = (select auth.uid()));
grant select, insert on public.comments to authenticated;

create table public.votes (id int primary key, kind text not null, author uuid);
create index on public.votes (author);
insert into public.votes values (1, 'yes', '11111111-1111-4111-8111-111111111111');
create function private.sign() returns trigger language plpgsql set search_path = '' as
$$ begin new.author := auth.uid(); return new; end $$;
create trigger signed before insert on public.votes for each row execute function private.sign();
alter table public.votes enable row level security;
create policy "Authors see theirs" on public.votes for select to authenticated using (author = (select auth.uid()));
create policy "Yes or no" on public.votes for insert to authenticated with check (kind in ('yes', 'no'));
grant select, insert on public.votes to authenticated;

create table public.notices (id int primary key, author uuid);
create index on public.notices (author);
insert into public.notices values (1, '11111111-1111-4111-8111-111111111111');
alter table public.notices enable row level security;
create policy "Authors see theirs" on public.notices for select to authenticated using (author = (select auth.uid()));
create policy "Admins add for anybody" on public.notices for insert to authenticated with check ((select private.is_admin()));
grant select, insert on public.notices to authenticated;
