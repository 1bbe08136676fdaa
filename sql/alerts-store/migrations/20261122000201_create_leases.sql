-- Which of several services works, and until when; the others wait.
create table vigie.leases (
    name   text not null,
    holder text not null,
    until  timestamptz not null, -- '-infinity' when it was given back
    constraint leases_pkey primary key (name),
    constraint leases_name_check check (name <> '' and length(name) <= 200),
    constraint leases_holder_check check (holder <> '' and length(holder) <= 200)
-- A handful of rows, each changed several times a minute, and no column that changes is indexed: a new version has room
-- on its page and needs no entry in an index. Deleting and inserting instead would write both.
) with (fillfactor = 10);
comment on table vigie.leases is 'Which of several services works, and until when';
alter table vigie.leases enable row level security;
revoke all on table vigie.leases from public;
