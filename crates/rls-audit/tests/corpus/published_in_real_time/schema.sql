-- Begins with auth_users.sql.
create table public.presence (user_id uuid primary key, at timestamptz);
insert into public.presence values ('11111111-1111-4111-8111-111111111111', now());
grant select on public.presence to authenticated;
create table public.outbox (id int primary key, body text);
insert into public.outbox values (1, 'a');
create table public.chat (id int primary key, author uuid not null, body text);
create index on public.chat (author);
insert into public.chat values (1, '11111111-1111-4111-8111-111111111111', 'a'), (2, '22222222-2222-4222-8222-222222222222', 'b');
alter table public.chat enable row level security;
create policy own on public.chat for select to authenticated using (author = (select auth.uid()));
grant select on public.chat to authenticated;
create publication supabase_realtime for table public.presence, public.outbox, public.chat;
create table public.exported (id int primary key);
insert into public.exported values (1);
create publication warehouse for table public.exported;
