-- Begins with auth_users.sql.
create table public.accounts (owner uuid primary key, name text, balance numeric not null default 0);
insert into public.accounts values ('11111111-1111-4111-8111-111111111111', 'a', 10), ('22222222-2222-4222-8222-222222222222', 'b', 20);
alter table public.accounts enable row level security;
create policy own on public.accounts for select to authenticated using (owner = (select auth.uid()));
grant select on public.accounts to authenticated;
create function public.close_account(account uuid) returns void language plpgsql security definer set search_path = '' as $$
begin
    delete from public.accounts where owner = account;
end $$;
create function public.reset_balances() returns void language sql security definer set search_path = '' as
$$ update public.accounts set balance = 0 $$;
revoke execute on function public.reset_balances() from anon, authenticated;
create function public.run_sql(query text) returns void language plpgsql security definer set search_path = '' as $$
begin
    execute query;
end $$;
create function public.wipe(which text) returns void language plpgsql security definer set search_path = '' as $$
begin
    execute format('delete from public.%I', which);
end $$;
create function public.rename_account(account uuid, new_name text) returns void
language sql security definer set search_path = ''
begin atomic
    update public.accounts set name = new_name where owner = account;
end;
create function public.account_names() returns setof text language sql stable security definer set search_path = '' as
$$ select name from public.accounts $$;
create function public.count_of(which text) returns bigint language plpgsql stable security definer set search_path = '' as $$
declare
    n bigint;
begin
    execute format('select count(*) from public.%I', which) into n;
    return n;
end $$;
create function public.my_balance() returns numeric language sql stable security definer set search_path = '' as
$$ select balance from public.accounts where owner = (select auth.uid()) $$;
create function public.close_my_account() returns void language plpgsql security definer set search_path = '' as $$
declare
    me uuid := auth.uid();
begin
    if me is null then
        raise exception 'not signed in';
    end if;
    delete from public.accounts where owner = me;
end $$;
create function public.credit(account uuid, amount numeric) returns void language plpgsql security definer set search_path = '' as $$
begin
    if auth.role() is distinct from 'service_role' then
        raise exception 'not allowed' using errcode = '42501';
    end if;
    update public.accounts set balance = balance + amount where owner = account;
end $$;
create function public.require_admin() returns void language plpgsql stable security definer set search_path = '' as $$
begin
    if coalesce(auth.jwt() -> 'app_metadata' ->> 'role', '') <> 'admin' then
        raise exception 'not allowed';
    end if;
end $$;
create function public.close_for_admin(account uuid) returns void language plpgsql security definer set search_path = '' as $$
begin
    perform public.require_admin();
    delete from public.accounts where owner = account;
end $$;
-- For the server alone.
create function public.nightly() returns void language sql security definer set search_path = '' as
$$ delete from public.accounts where balance = 0 $$;
revoke execute on function public.nightly() from public;
grant execute on function public.nightly() to service_role;
-- Called by a trigger only.
create function public.open_account() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    insert into public.accounts (owner) values (new.id);
    return new;
end $$;
create trigger opened after insert on auth.users for each row execute function public.open_account();
-- In a schema that is not served: policies may call it, callers may not.
create schema private;
grant usage on schema private to authenticated;
create function private.names() returns setof text language sql stable security definer set search_path = '' as
$$ select name from public.accounts $$;
create function private.purge() returns void language sql security definer set search_path = '' as
$$ delete from public.accounts where balance = 0 $$;
create function public.purge() returns void language plpgsql set search_path = '' as $$
begin
    perform private.purge();
end $$;
create table public.invitations (token text primary key, team int not null);
alter table public.invitations enable row level security;
create policy nobody on public.invitations as restrictive using (false);
create table public.team_members (team int, user_id uuid, primary key (user_id, team));
alter table public.team_members enable row level security;
create policy own on public.team_members for select to authenticated using (user_id = (select auth.uid()));
grant select on public.team_members to authenticated;
create function public.accept_invitation(secret text) returns void language plpgsql security definer set search_path = '' as $$
begin
    insert into public.team_members (team, user_id)
    select i.team, auth.uid() from public.invitations i where i.token = secret;
    delete from public.invitations where token = secret;
end $$;
create function public.search(what text, sort text) returns setof public.accounts
language plpgsql stable security definer set search_path = '' as $$
begin
    return query execute 'select * from public.accounts where name = $1 order by ' || quote_ident(sort) using what;
end $$;
-- Runs as whoever calls it: policies hold.
create function public.close_anything() returns void language sql as $$ delete from public.accounts $$;
