-- Begins with auth.sql.
create table public.teams (id int primary key, team int, owner uuid);
insert into public.teams values (1, 1, '11111111-1111-4111-8111-111111111111');
alter table public.teams enable row level security;
create policy around on public.teams for select to authenticated
    using (team in (select t.team from public.teams t where t.owner = auth.uid()));
create policy add on public.teams for insert to authenticated with check (owner = auth.uid());
grant all on public.teams to authenticated;
create table public.locked (id uuid);
create table public.reads_locked (id int primary key, owner uuid);
insert into public.reads_locked values (1, null);
alter table public.reads_locked enable row level security;
create policy by_locked on public.reads_locked to authenticated using (owner in (select l.id from public.locked l));
grant all on public.reads_locked to authenticated;
create table public.badly_cast (id int primary key, org uuid);
insert into public.badly_cast values (1, null);
alter table public.badly_cast enable row level security;
create policy org on public.badly_cast to authenticated using (org = current_setting('app.org')::uuid);
grant all on public.badly_cast to authenticated;
