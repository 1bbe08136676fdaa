-- The last audits, whole: what the screens and the API show, and what the next one is compared with.
do $$
begin
    if to_regprocedure('vigie.actor_role()') is null then
        raise exception 'the migrations of integrity-core come first: vigie.actor_role() is missing';
    end if;
end
$$;

create table vigie.audits (
    database text not null,
    at       timestamptz not null,
    outcome  text not null,
    document jsonb not null,
    constraint audits_pkey primary key (database, at),
    constraint audits_outcome_check check (outcome in ('fine', 'widened', 'findings', 'incomplete'))
);
comment on table vigie.audits is 'The last audits of who can do what; rows are added, and the oldest forgotten';
alter table vigie.audits enable row level security;
revoke all on table vigie.audits from public;
