-- Begins with auth_users.sql.
create schema hidden;
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges for role app_owner grant select on tables to authenticated;
-- None of these opens anything.
alter default privileges revoke execute on functions from public;
alter default privileges in schema hidden grant all on tables to authenticated;
alter default privileges for role staff in schema public grant all on tables to service_role;
create table hidden.notes (id int primary key, owner uuid);
insert into hidden.notes values (1, '11111111-1111-4111-8111-111111111111');
