-- Begins with auth.sql.
create table public.pages (id int primary key, body text);
insert into public.pages values (1, 'Welcome'), (2, 'Prices of next year');
alter table public.pages enable row level security;
create policy "Enable read access for all users" on public.pages for select to anon, authenticated using (true);
grant select on public.pages to anon, authenticated;

create table public.members (id int primary key, full_name text);
insert into public.members values (1, 'Amina'), (2, 'Didier');
alter table public.members enable row level security;
create policy "Members see each other" on public.members for select to anon, authenticated using (true);
create policy "Not without a login" on public.members as restrictive to anon using (false);
grant select on public.members to anon, authenticated;

create table public.prices (id int primary key, amount int);
insert into public.prices values (1, 100);
alter table public.prices enable row level security;
create policy "Everybody sees prices" on public.prices for select to anon using (true);
grant select on public.prices to authenticated;

create table public.jobs (id int primary key, payload text);
insert into public.jobs values (1, 'send letters');
alter table public.jobs enable row level security;
create policy "The service does its work" on public.jobs to service_role using (true) with check (true);
grant select, insert, update, delete on public.jobs to anon, authenticated, service_role;
