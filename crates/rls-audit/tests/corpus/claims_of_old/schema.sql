-- Begins with auth.sql.
create schema private;
grant usage on schema private to authenticated;
create table public.notes (id int primary key, owner uuid not null);
create index on public.notes (owner);
insert into public.notes values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.notes enable row level security;
create policy own on public.notes for select to authenticated
    using (owner = nullif((select current_setting('request.jwt.claim.sub', true)), '')::uuid);
grant select on public.notes to authenticated;

create function private.me() returns uuid language sql stable as
$$ select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;
create table public.tasks (id int primary key, owner uuid not null);
create index on public.tasks (owner);
insert into public.tasks values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.tasks enable row level security;
create policy own on public.tasks for select to authenticated using (owner = (select private.me()));
grant select on public.tasks to authenticated;

create table public.files (id int primary key, owner uuid not null);
create index on public.files (owner);
insert into public.files values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.files enable row level security;
create policy own on public.files for select to authenticated
    using (owner = ((select current_setting('request.jwt.claims', true)::json) ->> 'sub')::uuid);
create policy also_own on public.files for delete to authenticated using (owner = (select auth.uid()));
grant select, delete on public.files to authenticated;
