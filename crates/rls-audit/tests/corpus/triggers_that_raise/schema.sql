-- Begins with auth.sql.
create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'never'; end $$;
create function public.swallow() returns trigger language plpgsql as $$ begin return null; end $$;
create table public.ledger (id int primary key, owner uuid not null, amount int not null);
create index on public.ledger (owner);
insert into public.ledger values (1, '11111111-1111-4111-8111-111111111111', 5), (2, '22222222-2222-4222-8222-222222222222', 6);
create trigger refuse before update or delete on public.ledger for each row execute function public.refuse();
alter table public.ledger enable row level security;
create policy "see own" on public.ledger for select to authenticated using (owner = (select auth.uid()));
create policy "add own" on public.ledger for insert to authenticated with check (owner = (select auth.uid()));
create policy "correct own" on public.ledger for update to authenticated using (owner = (select auth.uid()));
create policy "remove own" on public.ledger for delete to authenticated using (owner = (select auth.uid()));
grant select, insert, update, delete on public.ledger to authenticated;

create table public.counters (owner uuid primary key, n int not null);
insert into public.counters values ('11111111-1111-4111-8111-111111111111', 5), ('22222222-2222-4222-8222-222222222222', 6);
create trigger refuse before update on public.counters for each row when (new.n < old.n) execute function public.refuse();
create trigger refused_once before delete on public.counters for each row execute function public.refuse();
alter table public.counters disable trigger refused_once;
alter table public.counters enable row level security;
create policy "see own" on public.counters for select to authenticated using (owner = (select auth.uid()));
create policy "count on" on public.counters for update to authenticated using (owner = (select auth.uid()));
create policy "begin anew" on public.counters for delete to authenticated using (owner = (select auth.uid()));
grant select, update, delete on public.counters to authenticated;

create table public.signals (id int primary key, owner uuid not null default auth.uid());
insert into public.signals values (1, '11111111-1111-4111-8111-111111111111');
create trigger swallow before insert on public.signals for each row execute function public.swallow();
alter table public.signals enable row level security;
create policy send on public.signals for insert to authenticated with check (owner = (select auth.uid()));
grant insert on public.signals to authenticated;
