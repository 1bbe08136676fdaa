create schema auth;
grant usage on schema auth to anon, authenticated;
create function auth.uid() returns uuid language sql stable as
$$ select nullif(current_setting('request.jwt.claims', true)::jsonb ->> 'sub', '')::uuid $$;
grant usage on schema public to anon, authenticated;

-- A helper that names a table as whoever wrote it was used to: without its schema.
create table public.switches (name text primary key, is_on boolean not null);
insert into public.switches values ('shop', true);
alter table public.switches enable row level security;
create function public.shop_is_open() returns boolean language sql stable security definer as
$$ select is_on from switches where name = 'shop' $$;
create table public.wares (id int primary key, label text);
insert into public.wares values (1, 'hose'), (2, 'pump');
alter table public.wares enable row level security;
create policy shop on public.wares for select to anon using (public.shop_is_open());
grant select on public.wares to anon;

-- A helper that writes down who asked: it cannot be asked by somebody who must not write.
create schema private;
grant usage on schema private to anon;
create table private.asked (at timestamptz not null default now());
create function private.noted() returns boolean language plpgsql security definer set search_path = '' as
$$ begin insert into private.asked default values; return true; end $$;
create table public.watched (id int primary key, label text);
insert into public.watched values (1, 'a');
alter table public.watched enable row level security;
create policy noted on public.watched for select to anon using (private.noted());
grant select on public.watched to anon;

-- The rows that are open come after many that are not.
create table public.requests (id int primary key, state text not null);
insert into public.requests select n, case when n > 90 then 'open' else 'closed' end from generate_series(1, 100) n;
alter table public.requests enable row level security;
create policy open on public.requests for update to authenticated using (state = 'open') with check (true);
create policy seen on public.requests for select to authenticated using (state = 'open');
grant select, update on public.requests to authenticated;

-- What a view writes to is what its FROM names, and not what comes first by name.
create table public.accounts (id int primary key, owner uuid not null);
insert into public.accounts values (1, '11111111-1111-4111-8111-111111111111');
create index on public.accounts (owner);
alter table public.accounts enable row level security;
create policy own on public.accounts for select to authenticated using (owner = (select auth.uid()));
grant select on public.accounts to authenticated;
create table public.orders (id int primary key, owner uuid not null, label text);
insert into public.orders values (1, '11111111-1111-4111-8111-111111111111', 'a');
create index on public.orders (owner);
alter table public.orders enable row level security;
create policy own on public.orders to authenticated using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
grant select, insert, update, delete on public.orders to authenticated;
create view public.served with (security_invoker = true) as
select o.id, o.owner, o.label from public.orders o where exists (select 1 from public.accounts a where a.owner = o.owner);
grant select, update on public.served to authenticated;

-- A default that cannot be asked for is nothing to whoever adds no row.
create sequence private.numbers;
create function private.next_number() returns bigint language sql security definer set search_path = '' as
$$ select nextval('private.numbers') $$;
revoke execute on function private.next_number() from public;
grant usage on schema private to authenticated;
grant execute on function private.next_number() to authenticated;
create table public.tickets (id int primary key, number bigint not null default private.next_number(), owner uuid not null);
insert into public.tickets values (1, 1, '11111111-1111-4111-8111-111111111111');
create index on public.tickets (owner);
alter table public.tickets enable row level security;
create policy own on public.tickets to authenticated using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
grant select, delete, insert (id, owner) on public.tickets to authenticated;

-- The owner of this view may do nothing with what it shows, and so nobody can through it.
create table private.books (id int primary key, amount int);
insert into private.books values (1, 5);
create view public.ledger as select id, amount from private.books;
alter view public.ledger owner to app_owner;
grant usage on schema private to app_owner;
grant select, insert, update, delete on public.ledger to anon;
