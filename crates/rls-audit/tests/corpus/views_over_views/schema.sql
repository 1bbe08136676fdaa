-- Begins with auth.sql.
create table public.events (id int, kind text not null, owner uuid not null, body text, primary key (id, kind)) partition by list (kind);
create table public.events_a partition of public.events for values in ('a');
create table public.events_b partition of public.events default;
create index on public.events (owner);
insert into public.events values (1, 'a', '11111111-1111-4111-8111-111111111111', 'x'), (2, 'b', '22222222-2222-4222-8222-222222222222', 'y'), (3, 'c', '11111111-1111-4111-8111-111111111111', 'z');
alter table public.events enable row level security;
create policy own on public.events to authenticated using (owner = (select auth.uid()));
grant select, update on public.events to authenticated;
create view public.as_caller with (security_invoker = true) as select id, kind, owner, body from public.events;
create view public.as_owner as select id, kind, owner, body from public.events;
create view public.caller_of_owner with (security_invoker = true) as select id, body from public.as_owner;
create view public.owner_of_caller as select id, body from public.as_caller;
create view public.of_a_part as select id, body from public.events_a;
grant select, update on public.as_caller, public.owner_of_caller to authenticated;
grant select on public.as_owner, public.caller_of_owner, public.of_a_part to authenticated;
create materialized view public.kept as select kind, count(*) as n from public.as_owner group by kind;
