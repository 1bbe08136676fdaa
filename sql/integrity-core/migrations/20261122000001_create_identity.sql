-- What every room needs: the schema, who people are, and what they may do.
-- Roles, grants and policies are made by sql/integrity-core/roles.sql, never by a migration.
create schema if not exists vigie;

-- Every function of Vigie looks names up in pg_catalog first: with an empty search_path, types would be looked up in
-- pg_temp first, where any session can put its own.

create table vigie.members (
    user_id text not null,
    role    text not null,
    constraint members_pkey primary key (user_id),
    constraint members_user_id_check check (user_id <> ''),
    constraint members_role_check check (role in ('admin', 'directeur', 'pca'))
);
comment on table vigie.members is 'Who may act in Vigie, and as what';
alter table vigie.members enable row level security;

-- The person whose token is being served, as PostgREST hands it over.
create function vigie.actor_id() returns text
    language sql stable
    set search_path = pg_catalog, pg_temp
as $$
    select nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')
$$;
comment on function vigie.actor_id() is 'The signed-in person, or null';

-- Definer rights: people may ask for their own role without reading the list of members.
create function vigie.actor_role() returns text
    language sql stable security definer
    set search_path = pg_catalog, pg_temp
as $$
    select role from vigie.members where user_id = vigie.actor_id()
$$;
comment on function vigie.actor_role() is 'What the signed-in person may do in Vigie: admin, directeur, pca, or null';

revoke all on function vigie.actor_id() from public;
revoke all on function vigie.actor_role() from public;
