-- Begins with auth_users.sql.
create table public.messages (id int primary key, sender uuid not null, body text);
create index on public.messages (sender);
insert into public.messages values (1, '11111111-1111-4111-8111-111111111111', 'a'), (2, '22222222-2222-4222-8222-222222222222', 'b');
create policy own on public.messages to authenticated using (sender = (select auth.uid()));
grant select, insert, update, delete on public.messages to authenticated;
create table public.drafts (id int primary key, author uuid not null, body text);
create index on public.drafts (author);
insert into public.drafts values (1, '11111111-1111-4111-8111-111111111111', 'a');
create policy own on public.drafts to authenticated using (author = (select auth.uid()));
create table public.letters (id int primary key, sender uuid not null, body text);
create index on public.letters (sender);
insert into public.letters values (1, '11111111-1111-4111-8111-111111111111', 'a'), (2, '22222222-2222-4222-8222-222222222222', 'b');
alter table public.letters enable row level security;
create policy own on public.letters to authenticated using (sender = (select auth.uid()));
grant select, insert, update, delete on public.letters to authenticated;
