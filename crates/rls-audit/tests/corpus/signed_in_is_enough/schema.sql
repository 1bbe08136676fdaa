-- Begins with auth.sql.
create table public.by_role (id int primary key, title text);
insert into public.by_role values (1, 'a'), (2, 'b');
alter table public.by_role enable row level security;
create policy seen on public.by_role for select using ((select auth.role()) = 'authenticated');
grant select on public.by_role to anon, authenticated;

create table public.by_subject (id int primary key, title text);
insert into public.by_subject values (1, 'a'), (2, 'b');
alter table public.by_subject enable row level security;
create policy seen on public.by_subject for select using ((select auth.uid()) is not null);
grant select on public.by_subject to anon, authenticated;

create table public.by_no_null (id int primary key, title text);
insert into public.by_no_null values (1, 'a'), (2, 'b');
alter table public.by_no_null enable row level security;
create policy seen on public.by_no_null for select to authenticated using (not ((select auth.uid()) is null));
grant select on public.by_no_null to anon, authenticated;

create table public.by_length (id int primary key, title text);
insert into public.by_length values (1, 'a'), (2, 'b');
alter table public.by_length enable row level security;
create policy seen on public.by_length for select to authenticated using (length((select auth.uid())::text) > 0);
grant select on public.by_length to anon, authenticated;

create table public.by_claim (id int primary key, title text);
insert into public.by_claim values (1, 'a'), (2, 'b');
alter table public.by_claim enable row level security;
create policy seen on public.by_claim for select to authenticated using ((select auth.jwt()) ->> 'role' = 'authenticated');
grant select on public.by_claim to anon, authenticated;

create table public.by_sub_claim (id int primary key, title text);
insert into public.by_sub_claim values (1, 'a'), (2, 'b');
alter table public.by_sub_claim enable row level security;
create policy seen on public.by_sub_claim for select to authenticated using (((select auth.jwt()) ->> 'sub') is not null);
grant select on public.by_sub_claim to anon, authenticated;

create table public.by_itself (id int primary key, title text);
insert into public.by_itself values (1, 'a'), (2, 'b');
alter table public.by_itself enable row level security;
create policy seen on public.by_itself for select to authenticated using ((select auth.uid()) = (select auth.uid()));
grant select on public.by_itself to anon, authenticated;

create table public.by_case (id int primary key, title text);
insert into public.by_case values (1, 'a'), (2, 'b');
alter table public.by_case enable row level security;
create policy seen on public.by_case for select to authenticated using (case (select auth.role()) when 'authenticated' then true else false end);
grant select on public.by_case to anon, authenticated;

create table public.by_nothing (id int primary key, title text);
insert into public.by_nothing values (1, 'a'), (2, 'b');
alter table public.by_nothing enable row level security;
create policy seen on public.by_nothing for select to authenticated using ((select auth.uid())::text <> '');
grant select on public.by_nothing to anon, authenticated;

create table public.comments (id int generated always as identity primary key, body text);
insert into public.comments (body) values ('a');
alter table public.comments enable row level security;
create policy "Signed-in users comment" on public.comments for insert to authenticated with check ((select auth.role()) = 'authenticated');
create policy "Signed-in users tidy up" on public.comments for delete to authenticated using ((select auth.uid()) is not null);
grant select, insert, delete on public.comments to authenticated;

create table public.letters (id int primary key, owner uuid not null);
create index on public.letters (owner);
insert into public.letters values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
alter table public.letters enable row level security;
create policy own on public.letters for select to authenticated
    using ((select auth.uid()) is not null and owner = (select auth.uid()));
create policy signed_in on public.letters as restrictive for select to authenticated using ((select auth.role()) = 'authenticated');
grant select on public.letters to authenticated;

create table public.vault (id int primary key);
insert into public.vault values (1);
alter table public.vault enable row level security;
create policy strong on public.vault for select to authenticated using (((select auth.jwt()) ->> 'aal') = 'aal2');
create policy service on public.vault for select to authenticated using ((select auth.role()) = 'service_role');
grant select on public.vault to authenticated;

create table public.by_account (id int primary key);
insert into public.by_account values (1);
alter table public.by_account enable row level security;
create policy seen on public.by_account for select to authenticated
    using (((select auth.jwt()) ->> 'is_anonymous')::boolean is false);
grant select on public.by_account to authenticated;

create schema private;
grant usage on schema private to authenticated;
create function private.is_signed_in() returns boolean language sql stable as $$ select auth.uid() is not null $$;
create function private.may_read() returns boolean language plpgsql stable as $$ begin return private.is_signed_in(); end $$;
create function private.has_a_letter() returns boolean language sql stable security definer set search_path = '' as
$$ select exists (select 1 from public.letters l where l.owner = auth.uid()) $$;
create table public.by_helper (id int primary key);
insert into public.by_helper values (1);
alter table public.by_helper enable row level security;
create policy seen on public.by_helper for select to authenticated using ((select private.may_read()));
grant select on public.by_helper to authenticated;
create table public.by_letter (id int primary key);
insert into public.by_letter values (1);
alter table public.by_letter enable row level security;
create policy seen on public.by_letter for select to authenticated using ((select private.has_a_letter()));
grant select on public.by_letter to authenticated;
