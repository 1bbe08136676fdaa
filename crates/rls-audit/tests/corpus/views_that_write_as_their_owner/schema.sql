-- Begins with auth_users.sql.
create table public.accounts (id int primary key, owner uuid not null, name text, balance numeric not null default 0);
create index on public.accounts (owner);
insert into public.accounts values (1, '11111111-1111-4111-8111-111111111111', 'a', 10), (2, '22222222-2222-4222-8222-222222222222', 'b', 20);
alter table public.accounts enable row level security;
create policy own on public.accounts for select to authenticated using (owner = (select auth.uid()));
grant select on public.accounts to authenticated;
create view public.account_names as select id, name from public.accounts;
grant all on public.account_names to authenticated;
create view public.account_totals as select sum(balance) as total from public.accounts;
grant all on public.account_totals to authenticated;
create view public.my_total as select sum(balance) as total from public.accounts where owner = auth.uid();
grant select on public.my_total to authenticated;
create view public.my_accounts with (security_invoker = true) as select id, name from public.accounts;
grant all on public.my_accounts to authenticated;
create view public.account_requests as select id from public.accounts group by id;
create function public.request_account() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger request instead of insert on public.account_requests for each row execute function public.request_account();
grant select, insert on public.account_requests to authenticated;
