-- Begins with auth_users.sql.
create table public.webhook_events (id int primary key, payload jsonb);
insert into public.webhook_events values (1, '{}');
alter table public.webhook_events enable row level security;
grant select, insert on public.webhook_events to anon, authenticated;
create table public.readings (id int, day date not null, owner uuid, primary key (id, day)) partition by range (day);
create index on public.readings (owner);
create table public.readings_2026 partition of public.readings for values from ('2026-01-01') to ('2027-01-01');
insert into public.readings values (1, '2026-03-01', '11111111-1111-4111-8111-111111111111'), (2, '2026-03-02', '22222222-2222-4222-8222-222222222222');
alter table public.readings enable row level security;
create policy own on public.readings for select to authenticated using (owner = (select auth.uid()));
alter table public.readings_2026 enable row level security;
grant select on public.readings, public.readings_2026 to authenticated;
-- Not served.
create schema queue;
create table queue.tasks (id int primary key);
insert into queue.tasks values (1);
alter table queue.tasks enable row level security;
