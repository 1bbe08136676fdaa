-- Begins with auth.sql.
create table public.feedback (id int generated always as identity primary key, body text);
alter table public.feedback enable row level security;
create policy "Anyone can send feedback" on public.feedback for insert to anon with check (true);
grant insert on public.feedback to anon;

create table public.boards (id int primary key, name text);
insert into public.boards values (1, 'Plans');
alter table public.boards enable row level security;
create policy "Allow all" on public.boards to authenticated using (true) with check (true);
grant select, insert, update, delete on public.boards to authenticated;

create table public.tickets (id int primary key, handled_by uuid);
create index on public.tickets (handled_by);
insert into public.tickets values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.tickets enable row level security;
create policy "Agents see their tickets" on public.tickets for select to authenticated using (handled_by = (select auth.uid()));
create policy "Agents take tickets" on public.tickets for update to authenticated
    using (true) with check (handled_by = (select auth.uid()));
grant select, update on public.tickets to authenticated;

create table public.entries (id int primary key, body text);
insert into public.entries values (1, 'first');
alter table public.entries enable row level security;
create policy "Anyone adds entries" on public.entries for insert to anon, authenticated with check (true);
grant select on public.entries to anon, authenticated;

create table public.events (id int primary key, body text);
insert into public.events values (1, 'started');
alter table public.events enable row level security;
create policy "The service writes" on public.events to service_role using (true) with check (true);
grant select, insert, update, delete on public.events to anon, authenticated, service_role;

create table public.counters (id int primary key, hits int not null default 0, is_open boolean not null default true);
insert into public.counters values (1, 0, true), (2, 0, false);
alter table public.counters enable row level security;
create policy "Open counters are read" on public.counters for select to anon, authenticated using (is_open);
create policy "Open counters count" on public.counters for update to anon, authenticated using (is_open);
grant select, update (hits) on public.counters to anon, authenticated;

create table public.drafts (id int primary key, owner uuid not null, is_open boolean not null default true);
create index on public.drafts (owner);
insert into public.drafts values (1, '11111111-1111-4111-8111-111111111111', true), (2, '22222222-2222-4222-8222-222222222222', false);
alter table public.drafts enable row level security;
create policy "Owners see their drafts" on public.drafts for select to authenticated using (owner = (select auth.uid()));
create policy "Owners manage their drafts" on public.drafts to authenticated
    using (owner = (select auth.uid())) with check (true);
grant select, insert on public.drafts to authenticated;

create table public.requests (id int primary key, state text not null check (state in ('new', 'seen')));
insert into public.requests values (1, 'new');
alter table public.requests enable row level security;
create policy "Anyone asks" on public.requests for insert to anon with check (state = 'new');
create policy "Users work on what is new" on public.requests for update to authenticated using (state = 'new') with check (true);
grant insert on public.requests to anon;
grant update on public.requests to authenticated;
