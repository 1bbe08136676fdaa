-- What policies, defaults and foreign keys of a Supabase project ask of the schema auth: who is signed in, as the claims
-- of the request say, and a table of users. For a dump that does not bring its own.
create schema auth;
grant usage on schema auth to anon, authenticated, service_role;

create table auth.users (
    id                 uuid primary key,
    aud                text,
    role               text,
    email              text,
    phone              text,
    raw_app_meta_data  jsonb,
    raw_user_meta_data jsonb,
    last_sign_in_at    timestamptz,
    created_at         timestamptz,
    updated_at         timestamptz
);

create function auth.jwt() returns jsonb
language sql stable
return coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
)::jsonb;

-- Older PostgREST sets one setting for each claim.
create function auth.uid() returns uuid
language sql stable
return coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''), auth.jwt() ->> 'sub')::uuid;

create function auth.role() returns text
language sql stable
return coalesce(nullif(current_setting('request.jwt.claim.role', true), ''), auth.jwt() ->> 'role');

create function auth.email() returns text
language sql stable
return coalesce(nullif(current_setting('request.jwt.claim.email', true), ''), auth.jwt() ->> 'email');

grant execute on function auth.jwt(), auth.uid(), auth.role(), auth.email() to anon, authenticated, service_role;
