-- What `vigie install` did outside the schema vigie, each with the SQL that undoes it, written in the transaction that
-- did it. Only what was not there before stands here: a role or a grant of the host's is never taken away by us.
create table vigie.installation (
    seq     bigint generated always as identity,
    kind    text not null,
    name    text not null,
    undo    text not null,
    made_at timestamptz not null,
    made_by text not null,
    constraint installation_pkey primary key (seq),
    constraint installation_kind_name_key unique (kind, name),
    constraint installation_kind_check check (kind in ('object', 'grant', 'member', 'setting', 'attribute', 'role'))
);
comment on table vigie.installation is 'What vigie install did outside the schema vigie, and how it is undone';
alter table vigie.installation enable row level security;
revoke all on vigie.installation from public;

-- Where people's roles come from, in the words of `vigie install --role-source`. One row; vigie.actor_role() is made of
-- it, and `vigie doctor` compares the two.
create table vigie.role_source (
    only_row boolean not null default true,
    source   text not null,
    set_at   timestamptz not null default clock_timestamp(),
    set_by   text not null default session_user,
    constraint role_source_pkey primary key (only_row),
    constraint role_source_only_row_check check (only_row),
    constraint role_source_source_check check (source <> '')
);
comment on table vigie.role_source is 'Where people''s roles in Vigie come from';
alter table vigie.role_source enable row level security;
revoke all on vigie.role_source from public;

insert into vigie.role_source (source) values ('members');
