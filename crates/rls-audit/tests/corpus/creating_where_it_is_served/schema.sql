-- Begins with auth_users.sql.
grant create on schema public to authenticated;
create schema api;
grant usage, create on schema api to public;
-- Not served.
create schema scratch;
grant usage, create on schema scratch to authenticated;
-- For the server alone.
create schema storage;
grant usage on schema storage to anon, authenticated;
grant create on schema storage to service_role;
