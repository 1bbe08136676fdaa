-- Begins with auth.sql.
create table public.members (id int primary key, org_id int not null, user_id uuid not null, invited_by uuid);
create index on public.members (user_id);
create index on public.members (org_id);
insert into public.members values (1, 1, '11111111-1111-4111-8111-111111111111', '11111111-1111-4111-8111-111111111111'), (2, 2, '22222222-2222-4222-8222-222222222222', '11111111-1111-4111-8111-111111111111');
alter table public.members enable row level security;
create policy own on public.members for select to authenticated using (user_id = (select auth.uid()));
grant select on public.members to authenticated;

create table public.invoices (id int primary key, org_id int not null);
insert into public.invoices values (1, 1), (2, 2);
alter table public.invoices enable row level security;
create policy seen on public.invoices for select to authenticated
    using (exists (select 1 from public.members m where m.user_id = (select auth.uid()) and m.org_id = org_id));
grant select on public.invoices to authenticated;

create table public.orgs (id int primary key, name text);
insert into public.orgs values (1, 'one'), (2, 'two');
alter table public.orgs enable row level security;
create policy seen on public.orgs for select to authenticated
    using (exists (select 1 from public.members where members.user_id = (select auth.uid()) and members.org_id = id));
grant select on public.orgs to authenticated;

create table public.receipts (id int primary key, org_id int not null, year int not null);
create index on public.receipts (org_id);
create index on public.receipts (year);
insert into public.receipts values (1, 1, 2024), (2, 2, 2024);
alter table public.receipts enable row level security;
create policy seen on public.receipts for select to authenticated
    using (exists (select 1 from public.members m where m.user_id = (select auth.uid()) and m.org_id = org_id and m.id < receipts.year));
grant select on public.receipts to authenticated;

create table public.projects (id int primary key, org_id int not null);
insert into public.projects values (1, 1), (2, 2);
alter table public.projects enable row level security;
create policy seen on public.projects for select to authenticated
    using (exists (select 1 from public.members m where m.user_id = (select auth.uid()) and m.org_id = projects.org_id));
grant select on public.projects to authenticated;

create table public.letters (id int primary key, org_id int not null);
insert into public.letters values (1, 1), (2, 2);
alter table public.letters enable row level security;
create policy seen on public.letters for select to authenticated
    using (org_id in (select m.org_id from public.members m where m.user_id = (select auth.uid()) and m.invited_by = m.user_id));
grant select on public.letters to authenticated;

create table public.budgets (id int primary key, org_id int not null);
insert into public.budgets values (1, 1), (2, 2);
alter table public.budgets enable row level security;
create policy seen on public.budgets for select to authenticated
    using (org_id in (select m.org_id from public.members m where m.user_id = (select auth.uid()) and m.org_id = m.id));
grant select on public.budgets to authenticated;
