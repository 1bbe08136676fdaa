-- A database as Supabase leaves it, with as many tables as are wanted (:tables), three rows in each, and a view for every
-- ten tables, a function for every twenty-five. Nothing in it is left to chance: the same number, the same schema.
create schema auth;
create schema app;
grant usage on schema auth, public, app to anon, authenticated, service_role;
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;

create function auth.jwt() returns jsonb language sql stable
    as $$ select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb $$;
create function auth.uid() returns uuid language sql stable as $$ select (auth.jwt() ->> 'sub')::uuid $$;
create function auth.role() returns text language sql stable as $$ select auth.jwt() ->> 'role' $$;

create table auth.users (id uuid primary key, email text, raw_user_meta_data jsonb);
insert into auth.users
select ('11111111-1111-4111-8111-11111111111' || n)::uuid, 'person' || n || '@example.org', '{}' from generate_series(1, 6) as n;

create type public.rank as enum ('viewer', 'manager');
create table public.profiles (
    user_id uuid primary key references auth.users (id), full_name text, rank public.rank not null default 'viewer');
create table public.organisations (id uuid primary key, name text not null);
create table public.members (
    organisation_id uuid references public.organisations (id), user_id uuid references auth.users (id),
    primary key (organisation_id, user_id));
insert into public.profiles select id, email, case when id::text like '%1' then 'manager' else 'viewer' end::public.rank from auth.users;
insert into public.organisations select ('22222222-2222-4222-8222-22222222222' || n)::uuid, 'Organisation ' || n from generate_series(1, 3) as n;
insert into public.members
select o.id, u.id from public.organisations o join auth.users u on right(u.id::text, 1)::int % 3 = right(o.id::text, 1)::int % 3;

create function app.is_manager() returns boolean language sql stable security definer set search_path = ''
    as $$ select exists (select from public.profiles p where p.user_id = (select auth.uid()) and p.rank = 'manager') $$;
create function app.is_member(organisation uuid) returns boolean language sql stable security definer set search_path = ''
    as $$ select exists (select from public.members m where m.organisation_id = organisation and m.user_id = (select auth.uid())) $$;
create function app.touch() returns trigger language plpgsql as $$ begin new.updated_at := now(); return new; end $$;

alter table public.profiles enable row level security;
alter table public.organisations enable row level security;
alter table public.members enable row level security;
create policy own on public.profiles for select to authenticated using (user_id = (select auth.uid()) or app.is_manager());
create policy mine on public.organisations for select to authenticated using (app.is_member(id));
create policy mine on public.members for select to authenticated using (user_id = (select auth.uid()));

-- Of every ten tables: two of one's own rows, two of an organisation's, one that managers write, one that shows what is
-- published, one that hangs on the table before it, a partitioned one and its partition, one that is closed. What holds for
-- half of them is written the slow way, as half of all policies are.
create procedure app.make(first int, last int) language plpgsql as $make$
declare
    n int;
    t text;
    body constant text := 'id uuid primary key default gen_random_uuid(), user_id uuid references auth.users (id),
        organisation_id uuid references public.organisations (id), title text not null, body text, amount numeric(12, 2) default 0,
        state text not null default ''draft'' check (state in (''draft'', ''open'', ''closed'')),
        is_published boolean not null default false, created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()';
    row constant text := 'select (''33333333-3333-4333-8333-'' || lpad(n::text, 12, ''0''))::uuid,
        (''11111111-1111-4111-8111-11111111111'' || n)::uuid, (''22222222-2222-4222-8222-22222222222'' || n)::uuid,
        ''Title '' || n, ''Body'', n, ''open'', n = 1 from generate_series(1, 3) as n';
    columns constant text := 'id, user_id, organisation_id, title, body, amount, state, is_published';
begin
    for n in first .. last loop
        t := format('public.t%s', lpad(n::text, 5, '0'));
        if n % 10 = 8 then
            execute format('create table %s partition of public.t%s for values from (%L) to (maxvalue)', t, lpad((n - 1)::text, 5, '0'),
                           '2000-01-01');
        elsif n % 10 = 7 then
            execute format('create table %s (%s) partition by range (created_at)', t, replace(body, 'uuid primary key', 'uuid'));
        else
            execute format('create table %s (%s)', t, body);
            execute format('insert into %s (%s) %s', t, columns, row);
            execute format('create index on %s (user_id)', t);
            execute format('create index on %s (organisation_id)', t);
            execute format('create trigger touch before update on %s for each row execute function app.touch()', t);
        end if;
        execute format('alter table %s enable row level security', t);
        case
            when n % 10 in (0, 1, 7, 8) then
                execute format('create policy read_own on %s for select to authenticated using ((select auth.uid()) = user_id)', t);
                execute format('create policy add_own on %s for insert to authenticated with check (auth.uid() = user_id)', t);
                execute format('create policy change_own on %s for update to authenticated using (auth.uid() = user_id)
                                with check (auth.uid() = user_id)', t);
                execute format('create policy remove_own on %s for delete to authenticated using (auth.uid() = user_id)', t);
            when n % 10 in (2, 3) then
                execute format('create policy of_members on %s to authenticated using (app.is_member(organisation_id))', t);
                execute format('create policy not_closed on %s as restrictive for update to authenticated
                                using (state <> ''closed'') with check (true)', t);
            when n % 10 = 4 then
                execute format('create policy read_all on %s for select using (true)', t);
                execute format('create policy of_managers on %s to authenticated using ((select app.is_manager()))', t);
            when n % 10 = 5 then
                execute format('create policy published on %s for select using (is_published)', t);
                execute format('create policy own on %s to authenticated using (user_id = auth.uid())', t);
            when n % 10 = 6 then
                execute format('create policy of_parent on %s to authenticated using (exists (
                                select from public.t%s p where p.id = %s.id and p.user_id = auth.uid()))',
                               t, lpad((n - 5)::text, 5, '0'), t);
            else null;
        end case;
        if n % 10 = 8 then
            execute format('insert into public.t%s (%s) %s', lpad((n - 1)::text, 5, '0'), columns, row);
        end if;
        if n % 20 = 2 then
            execute format('create view public.v%s as select id, title, state from %s where state = ''open''', n, t);
        elsif n % 20 = 12 then
            execute format('create view public.v%s with (security_invoker = on) as select * from %s', n, t);
        end if;
        if n % 50 = 5 then
            execute format('create function public.count%s() returns bigint language sql stable security definer set search_path = ''''
                            as $$ select count(*) from %s where user_id = (select auth.uid()) $$', n, t);
        elsif n % 50 = 30 then
            execute format('create function public.close%s(wanted uuid) returns void language plpgsql as
                            $$ begin update %s set state = ''closed'' where id = wanted; end $$', n, t);
        end if;
    end loop;
end
$make$;
select format('call app.make(%s, %s);', first, least(first + 49, :tables)) from generate_series(1, :tables, 50) as first \gexec
