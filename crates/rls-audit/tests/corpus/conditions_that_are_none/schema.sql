-- Begins with auth.sql.
create table public.documents (
    id int primary key, owner uuid, author uuid, title text, is_shared boolean
);
create index on public.documents (owner);
create index on public.documents (author);

create table public.self_compared (like public.documents including all);
insert into public.self_compared values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.self_compared enable row level security;
create policy seen on public.self_compared for select to anon, authenticated using (owner = owner);
grant select on public.self_compared to anon, authenticated;

create table public.one_is_one (like public.documents including all);
insert into public.one_is_one values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.one_is_one enable row level security;
create policy seen on public.one_is_one for select to anon, authenticated using (1 = 1);
grant select on public.one_is_one to anon, authenticated;

create table public.true_is_true (like public.documents including all);
insert into public.true_is_true values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.true_is_true enable row level security;
create policy seen on public.true_is_true for select to anon, authenticated using (true = true);
grant select on public.true_is_true to anon, authenticated;

create table public.missing_caller (like public.documents including all);
insert into public.missing_caller values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.missing_caller enable row level security;
create policy seen on public.missing_caller for select to anon, authenticated using ((select auth.uid()) is null or owner = (select auth.uid()));
grant select on public.missing_caller to anon, authenticated;

create table public.fallback (like public.documents including all);
insert into public.fallback values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.fallback enable row level security;
create policy seen on public.fallback for select to anon, authenticated using (coalesce(owner = (select auth.uid()), true));
grant select on public.fallback to anon, authenticated;

create table public.own_fallback (like public.documents including all);
insert into public.own_fallback values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.own_fallback enable row level security;
create policy seen on public.own_fallback for select to anon, authenticated using (owner = coalesce((select auth.uid()), owner));
grant select on public.own_fallback to anon, authenticated;

create table public.any_token (like public.documents including all);
insert into public.any_token values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.any_token enable row level security;
create policy seen on public.any_token for select to anon, authenticated using ((select auth.jwt()) is not null);
grant select on public.any_token to anon, authenticated;

create table public.same_user (like public.documents including all);
insert into public.same_user values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.same_user enable row level security;
create policy seen on public.same_user for select to anon, authenticated using (current_user = current_user);
grant select on public.same_user to anon, authenticated;

create table public.either_role (like public.documents including all);
insert into public.either_role values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.either_role enable row level security;
create policy seen on public.either_role for select to anon, authenticated using ((select auth.role()) in ('anon', 'authenticated'));
grant select on public.either_role to anon, authenticated;

create table public.not_service (like public.documents including all);
insert into public.not_service values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.not_service enable row level security;
create policy seen on public.not_service for select to anon, authenticated using ((select auth.role()) <> 'service_role');
grant select on public.not_service to anon, authenticated;

create table public.has_a_key (like public.documents including all);
insert into public.has_a_key values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.has_a_key enable row level security;
create policy seen on public.has_a_key for select to anon, authenticated using (id is not null);
grant select on public.has_a_key to anon, authenticated;

create table public.has_no_key (like public.documents including all);
insert into public.has_no_key values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.has_no_key enable row level security;
create policy seen on public.has_no_key for select to anon, authenticated using (not (id is null));
grant select on public.has_no_key to anon, authenticated;

create table public.by_case (like public.documents including all);
insert into public.by_case values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.by_case enable row level security;
create policy seen on public.by_case for select to anon, authenticated using (case when (select auth.uid()) is null then true else owner = (select auth.uid()) end);
grant select on public.by_case to anon, authenticated;

create table public.something_is (like public.documents including all);
insert into public.something_is values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.something_is enable row level security;
create policy seen on public.something_is for select to anon, authenticated using (exists (select 1));
grant select on public.something_is to anon, authenticated;

create table public.like_anything (like public.documents including all);
insert into public.like_anything values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.like_anything enable row level security;
create policy seen on public.like_anything for select to anon, authenticated using (title like '%');
grant select on public.like_anything to anon, authenticated;

create table public.not_false (like public.documents including all);
insert into public.not_false values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.not_false enable row level security;
create policy seen on public.not_false for select to anon, authenticated using ((owner = (select auth.uid())) is not false);
grant select on public.not_false to anon, authenticated;

create table public.old_claims (like public.documents including all);
insert into public.old_claims values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.old_claims enable row level security;
create policy seen on public.old_claims for select to anon, authenticated using ((select auth.jwt()) ->> 'sub' is null or owner = (select auth.uid()));
grant select on public.old_claims to anon, authenticated;

create table public.same_tenant (like public.documents including all);
insert into public.same_tenant values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.same_tenant enable row level security;
create policy seen on public.same_tenant for select to anon, authenticated using (owner is not distinct from owner);
grant select on public.same_tenant to anon, authenticated;

create table public.shared (like public.documents including all);
insert into public.shared values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.shared enable row level security;
create policy seen on public.shared for select to anon, authenticated using (is_shared or owner = (select auth.uid()));
grant select on public.shared to anon, authenticated;

create table public.ownerless (like public.documents including all);
insert into public.ownerless values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.ownerless enable row level security;
create policy seen on public.ownerless for select to anon, authenticated using (owner is null or owner = (select auth.uid()));
grant select on public.ownerless to anon, authenticated;

create table public.open_unless_closed (like public.documents including all);
insert into public.open_unless_closed values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.open_unless_closed enable row level security;
create policy seen on public.open_unless_closed for select to anon, authenticated using (coalesce(is_shared, true));
grant select on public.open_unless_closed to anon, authenticated;

create table public.two_columns (like public.documents including all);
insert into public.two_columns values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false), (2, '22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'b', true);
alter table public.two_columns enable row level security;
create policy seen on public.two_columns for select to anon, authenticated using (owner = author);
grant select on public.two_columns to anon, authenticated;

create table public.known_user (like public.documents including all);
insert into public.known_user values (1, '11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'a', false);
alter table public.known_user enable row level security;
create policy seen on public.known_user for select to anon, authenticated using (current_user is not null);
grant select on public.known_user to anon, authenticated;
