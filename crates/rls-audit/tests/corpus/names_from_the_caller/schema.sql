-- Begins with auth_users.sql.
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
