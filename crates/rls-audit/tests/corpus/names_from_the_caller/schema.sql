create schema auth;
grant usage on schema auth to anon, authenticated, service_role;
create table auth.users (id uuid primary key, email text, encrypted_password text, confirmed_at timestamptz);
insert into auth.users values
    ('11111111-1111-4111-8111-111111111111', 'amina@example.org', 'x', now()),
    ('22222222-2222-4222-8222-222222222222', 'didier@example.org', 'y', null);
create function auth.jwt() returns jsonb language sql stable as
$$ select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb $$;
create function auth.uid() returns uuid language sql stable as $$ select (auth.jwt() ->> 'sub')::uuid $$;
create function auth.role() returns text language sql stable as $$ select auth.jwt() ->> 'role' $$;
grant usage on schema public to anon, authenticated, service_role;

create table public.points (owner uuid primary key, points int not null default 0, at timestamptz);
insert into public.points values ('11111111-1111-4111-8111-111111111111', 1, now()), ('22222222-2222-4222-8222-222222222222', 2, now());
alter table public.points enable row level security;
create policy own on public.points for select to authenticated using (owner = (select auth.uid()));
grant select on public.points to authenticated;
create function public.my_points() returns int language sql stable security definer as
$$ select points from points where owner = auth.uid() $$;
create function public.my_points_safely() returns int language sql stable security definer set search_path = public, pg_temp as
$$ select points from points where owner = auth.uid() $$;
create function public.expire_points() returns void language sql security definer as
$$ update points set points = 0 where at < now() - interval '1 year' $$;
revoke execute on function public.expire_points() from public;
create function public.touch_points() returns trigger language plpgsql security definer as $$
begin
    new.at := now();
    insert into points (owner) values (new.owner) on conflict do nothing;
    return new;
end $$;
create trigger touched before update on public.points for each row execute function public.touch_points();
create function public.plain() returns int language sql as $$ select 1 $$;
