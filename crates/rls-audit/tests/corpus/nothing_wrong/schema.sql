-- Begins with auth.sql.
create schema private;
grant usage on schema private to authenticated;
create table public.organisations (id uuid primary key default gen_random_uuid(), name text not null);
create table public.memberships (
    organisation uuid not null references public.organisations, member uuid not null,
    role text not null default 'member' check (role in ('member', 'owner')), primary key (organisation, member)
);
create index on public.memberships (member);
create table public.projects (
    id uuid primary key default gen_random_uuid(), organisation uuid not null references public.organisations,
    author uuid not null default auth.uid(), title text not null
);
create index on public.projects (organisation);
create index on public.projects (author);
insert into public.organisations values ('aaaaaaaa-0000-4000-8000-000000000001', 'One'), ('aaaaaaaa-0000-4000-8000-000000000002', 'Two');
insert into public.memberships values ('aaaaaaaa-0000-4000-8000-000000000001', '11111111-1111-4111-8111-111111111111', 'owner'), ('aaaaaaaa-0000-4000-8000-000000000002', '22222222-2222-4222-8222-222222222222', 'member');
insert into public.projects values ('bbbbbbbb-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000001', '11111111-1111-4111-8111-111111111111', 'First'),
    ('bbbbbbbb-0000-4000-8000-000000000002', 'aaaaaaaa-0000-4000-8000-000000000002', '22222222-2222-4222-8222-222222222222', 'Second');

create function private.my_organisations() returns setof uuid language sql stable security definer set search_path = '' as
$$ select m.organisation from public.memberships m where m.member = (select auth.uid()) $$;
create function private.my_own_organisations() returns setof uuid language sql stable security definer set search_path = '' as
$$ select m.organisation from public.memberships m where m.member = (select auth.uid()) and m.role = 'owner' $$;

alter table public.organisations enable row level security;
alter table public.memberships enable row level security;
alter table public.projects enable row level security;

create policy "Members see their organisations" on public.organisations for select to authenticated
    using (id in (select private.my_organisations()));
create policy "Owners rename their organisations" on public.organisations for update to authenticated
    using (id in (select private.my_own_organisations())) with check (id in (select private.my_own_organisations()));
create policy "Members see who else is one" on public.memberships for select to authenticated
    using (organisation in (select private.my_organisations()));
create policy "Owners invite" on public.memberships for insert to authenticated
    with check (organisation in (select private.my_own_organisations()));
create policy "Owners change roles" on public.memberships for update to authenticated
    using (organisation in (select private.my_own_organisations())) with check (organisation in (select private.my_own_organisations()));
create policy "Owners remove and members leave" on public.memberships for delete to authenticated
    using (member = (select auth.uid()) or organisation in (select private.my_own_organisations()));
create policy "Members see projects" on public.projects for select to authenticated
    using (organisation in (select private.my_organisations()));
create policy "Members start projects" on public.projects for insert to authenticated
    with check (author = (select auth.uid()) and organisation in (select private.my_organisations()));
create policy "Authors change their projects" on public.projects for update to authenticated
    using (author = (select auth.uid()))
    with check (author = (select auth.uid()) and organisation in (select private.my_organisations()));
create policy "Authors remove their projects" on public.projects for delete to authenticated using (author = (select auth.uid()));
grant select, insert, update, delete on public.organisations, public.memberships, public.projects to authenticated;
