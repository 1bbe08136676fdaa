-- Begins with auth.sql.
create table public.base (id int primary key, owner uuid, visible boolean not null default true);
insert into public.base values (1, '11111111-1111-4111-8111-111111111111', true), (2, null, false);
alter table public.base enable row level security;
create policy own on public.base to authenticated using (owner = auth.uid());
grant all on public.base to authenticated;
create view public.as_owner as select * from public.base where visible;
create view public.as_invoker with (security_invoker = true) as select * from public.base;
create view public.not_writable as select count(*) as n from public.base;
create view public.replaced as select id from public.base;
create function public.replace_it() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger replaced instead of insert on public.replaced for each row execute function public.replace_it();
grant all on public.as_owner, public.as_invoker, public.not_writable, public.replaced to authenticated;
create view public.column_view as select id, visible from public.base;
grant select (id), update (visible) on public.column_view to anon;
