-- Begins with auth.sql.
create table public.documents (id int primary key, owner uuid not null, state text not null check (state in ('draft', 'final')), body text);
create index on public.documents (owner);
insert into public.documents values (1, '11111111-1111-4111-8111-111111111111', 'draft', 'a'), (2, '11111111-1111-4111-8111-111111111111', 'final', 'b'), (3, '22222222-2222-4222-8222-222222222222', 'draft', 'c');
alter table public.documents enable row level security;
create policy own on public.documents to authenticated using (owner = (select auth.uid()));
create policy "final stays as it is" on public.documents as restrictive for update to authenticated using (state = 'draft') with check (true);
create policy "final stays" on public.documents as restrictive for delete to authenticated using (state = 'draft');
grant select, insert, update, delete on public.documents to authenticated;

create table public.accounts (id int primary key, owner uuid not null, balance numeric);
create index on public.accounts (owner);
insert into public.accounts values (1, '11111111-1111-4111-8111-111111111111', 10), (2, '22222222-2222-4222-8222-222222222222', 20);
alter table public.accounts enable row level security;
create policy own on public.accounts to authenticated using (owner = (select auth.uid()));
create policy "second factor" on public.accounts as restrictive to authenticated using ((select auth.jwt() ->> 'aal') = 'aal2');
grant select, insert, update, delete on public.accounts to authenticated;

create table public.news (id int primary key, body text);
insert into public.news values (1, 'a'), (2, 'b');
alter table public.news enable row level security;
create policy everybody on public.news for select to anon, authenticated using (true);
create policy "not strangers" on public.news as restrictive for select to anon using (false);
grant select on public.news to anon, authenticated;

create table public.tickets (id int primary key, owner uuid not null);
create index on public.tickets (owner);
insert into public.tickets values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.tickets enable row level security;
create policy own on public.tickets to authenticated using (owner = (select auth.uid()));
create policy "staff sees nothing here" on public.tickets as restrictive to staff using (false);
grant select, insert, update, delete on public.tickets to authenticated;
