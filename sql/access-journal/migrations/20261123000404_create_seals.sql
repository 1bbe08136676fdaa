-- Seals, as they are made: each counts and digests the rows that came since the one before, in parts of a month each, and
-- stands on its hash. Which rows those are is written down, so that what was changed can be named; that list goes with
-- its month, and what the chain says of the month stays.
drop table vigie.access_seals;

create table vigie.access_seals (
    number            bigint not null,
    -- begins anew where another server counts transactions: after a restore
    generation        integer not null,
    system_identifier bigint not null,
    -- rows numbered up to here are sealed by the first seal of the generation, or before it
    after_seq         bigint not null,
    -- it seals what transactions from here on
    from_xid          xid8 not null,
    -- and before here have added: all of them were over
    to_xid            xid8 not null,
    sealed_at         timestamptz not null,
    row_count         bigint not null,
    digest            bytea not null,
    previous          bytea,
    hash              bytea not null,
    constraint access_seals_pkey primary key (number),
    constraint access_seals_number_check check (number > 0 and (number = 1) = (previous is null)),
    constraint access_seals_range_key unique (generation, from_xid),
    constraint access_seals_range_check check (from_xid < to_xid),
    constraint access_seals_row_count_check check (row_count >= 0),
    constraint access_seals_hash_check check (
        octet_length(digest) = 32 and octet_length(hash) = 32 and octet_length(previous) = 32)
);
comment on table vigie.access_seals is 'What shows whether rows of the journal were changed since';

create table vigie.access_seal_parts (
    seal         bigint not null,
    part         integer not null,
    -- of its rows, by UTC
    month        date not null,
    row_count    integer not null,
    first_seq    bigint not null,
    last_seq     bigint not null,
    -- of the digests of its rows, in the order of seq
    digest       bytea not null,
    marks_digest bytea not null,
    constraint access_seal_parts_pkey primary key (seal, part),
    constraint access_seal_parts_row_count_check check (row_count > 0),
    constraint access_seal_parts_digest_check check (octet_length(digest) = 32 and octet_length(marks_digest) = 32)
);
comment on table vigie.access_seal_parts is 'What a seal says of the rows of one month, so many at a time';

create table vigie.access_seal_marks (
    seal     bigint not null,
    part     integer not null,
    month    date not null,
    seqs     bigint[] not null,
    -- the beginning of the digest of each row: of all that it says, and of what it says but for its number and its times
    wholes   bigint[] not null,
    contents bigint[] not null,
    constraint access_seal_marks_pkey primary key (seal, part),
    constraint access_seal_marks_length_check check (
        cardinality(seqs) > 0 and cardinality(wholes) = cardinality(seqs) and cardinality(contents) = cardinality(seqs))
);
comment on table vigie.access_seal_marks is 'Which rows a seal is of; goes with their month';

-- What looking at all of it came to, when somebody last did.
create table vigie.access_verifications (
    only_one boolean not null default true,
    at       timestamptz not null,
    found    jsonb not null,
    constraint access_verifications_pkey primary key (only_one),
    constraint access_verifications_only_one_check check (only_one)
);
comment on table vigie.access_verifications is 'What the last look at the whole journal came to';

alter table vigie.access_seals enable row level security;
alter table vigie.access_seal_parts enable row level security;
alter table vigie.access_seal_marks enable row level security;
alter table vigie.access_verifications enable row level security;
create trigger access_seals_append_only
    before update or delete or truncate on vigie.access_seals
    for each statement execute function vigie.refuse_access_change();
create trigger access_seal_parts_append_only
    before update or delete or truncate on vigie.access_seal_parts
    for each statement execute function vigie.refuse_access_change();

-- What was not sealed yet is found by it.
create index access_events_xid_idx on vigie.access_events (xid);

-- Callers set bytea_output and the time zone, which the texts depend on.
create function vigie.access_content(event vigie.access_events) returns bytea
    language sql stable
    return sha256(convert_to(
        jsonb_strip_nulls(to_jsonb(event) - '{seq,xid,occurred_at,recorded_at}'::text[])::text, 'UTF8'));
comment on function vigie.access_content(vigie.access_events) is 'Digest of a row but for its number and its times';

create function vigie.access_whole(content bytea, seq bigint, occurred_at timestamptz, recorded_at timestamptz, xid xid8)
    returns bytea
    language sql stable
    return sha256(content || int8send(seq) || timestamptz_send(occurred_at) || timestamptz_send(recorded_at)
                  || convert_to(xid::text, 'UTF8'));
comment on function vigie.access_whole(bytea, bigint, timestamptz, timestamptz, xid8) is 'Digest of all that a row says';

create function vigie.access_mark(digest bytea) returns bigint
    language sql immutable
    return ('x' || encode(substr(digest, 1, 8), 'hex'))::bit(64)::bigint;
comment on function vigie.access_mark(bytea) is 'The beginning of a digest';

create function vigie.access_marks_digest(seqs bigint[], wholes bigint[], contents bigint[]) returns bytea
    language sql stable
    return sha256(array_send(seqs) || array_send(wholes) || array_send(contents));
comment on function vigie.access_marks_digest(bigint[], bigint[], bigint[]) is 'Digest of the list of rows of a part';

create function vigie.access_part_hash(part vigie.access_seal_parts) returns bytea
    language sql stable
    return sha256(convert_to(to_jsonb(part)::text, 'UTF8'));
comment on function vigie.access_part_hash(vigie.access_seal_parts) is 'Digest of what a seal says of some rows';

create function vigie.access_seal_hash(seal vigie.access_seals) returns bytea
    language sql stable
    return sha256(convert_to((to_jsonb(seal) - 'hash')::text, 'UTF8'));
comment on function vigie.access_seal_hash(vigie.access_seals) is 'What the next seal stands on';

-- Seals whatever can no longer be joined by an earlier row; null where there is nothing new. One after the other.
create function vigie.seal_access() returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set bytea_output = 'hex'
as $$
#variable_conflict use_column
declare
    -- so many rows are kept in memory at once
    part_size constant integer := 10000;
    last vigie.access_seals;
    fresh vigie.access_seals;
    opens boolean;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        -- it would look from before it had to wait
        raise exception 'seals are made in a transaction that is read committed' using errcode = '25001';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('vigie.access_seals', 0));
    select * into last from vigie.access_seals s order by s.number desc limit 1;
    select c.system_identifier into fresh.system_identifier from pg_control_system() c;
    fresh.to_xid := pg_snapshot_xmin(pg_current_snapshot());
    opens := last.number is null or last.system_identifier <> fresh.system_identifier or last.to_xid > fresh.to_xid;

    delete from vigie.access_seal_marks m
    using vigie.access_keys k
    where k.month = m.month and k.destroyed_at is not null;

    if opens then
        if last.number is null and not exists (select from vigie.access_events) then
            return null;
        end if;
        -- The numbers of transactions that stand in the rows may be another server's, and say nothing here: whoever
        -- writes is waited for, and then all there is is sealed.
        lock table vigie.access_events in share mode;
        fresh.after_seq := nextval('vigie.access_events_seq');
        fresh.from_xid := '0';
    else
        fresh.after_seq := last.after_seq;
        fresh.from_xid := last.to_xid;
        if not exists (
            select from vigie.access_events e
            where e.xid >= fresh.from_xid and e.xid < fresh.to_xid and e.seq > fresh.after_seq
        ) then
            return null;
        end if;
    end if;
    fresh.number := coalesce(last.number, 0) + 1;
    fresh.generation := coalesce(last.generation, 0) + opens::integer;
    fresh.sealed_at := clock_timestamp();
    fresh.previous := last.hash;

    with unsealed as (
        select e as event
        from vigie.access_events e
        where not opens and e.xid >= fresh.from_xid and e.xid < fresh.to_xid and e.seq > fresh.after_seq
        union all
        -- What should have been sealed before the server was another one, and was not, is not made good by this.
        select e
        from vigie.access_events e
        left join (select unnest(m.seqs) as seq from vigie.access_seal_marks m) as sealed on sealed.seq = e.seq
        where opens and sealed.seq is null
          and (last.number is null
               or e.seq > last.after_seq and (e.xid >= last.to_xid or e.recorded_at > last.sealed_at))
    ), content as materialized (
        select (u.event).seq, (u.event).occurred_at, (u.event).recorded_at, (u.event).xid,
               vigie.access_content(u.event) as content
        from unsealed u
    ), digested as (
        select c.seq, date_trunc('month', c.occurred_at)::date as month, c.content,
               vigie.access_whole(c.content, c.seq, c.occurred_at, c.recorded_at, c.xid) as whole
        from content c
    ), cut as (
        select d.*, (row_number() over (partition by d.month order by d.seq) - 1) / part_size as chunk
        from digested d
    ), part as materialized (
        select row_number() over (order by c.month, c.chunk) as part, c.month, count(*) as row_count,
               min(c.seq) as first_seq, max(c.seq) as last_seq,
               sha256(string_agg(c.whole, ''::bytea order by c.seq)) as digest,
               array_agg(c.seq order by c.seq) as seqs,
               array_agg(vigie.access_mark(c.whole) order by c.seq) as wholes,
               array_agg(vigie.access_mark(c.content) order by c.seq) as contents
        from cut c
        group by c.month, c.chunk
    ), marked as (
        insert into vigie.access_seal_marks (seal, part, month, seqs, wholes, contents)
        select fresh.number, p.part, p.month, p.seqs, p.wholes, p.contents
        from part p
    )
    insert into vigie.access_seal_parts (seal, part, month, row_count, first_seq, last_seq, digest, marks_digest)
    select fresh.number, p.part, p.month, p.row_count, p.first_seq, p.last_seq, p.digest,
           vigie.access_marks_digest(p.seqs, p.wholes, p.contents)
    from part p;

    select coalesce(sum(p.row_count), 0), sha256(coalesce(string_agg(vigie.access_part_hash(p), ''::bytea order by p.part), ''))
    into fresh.row_count, fresh.digest
    from vigie.access_seal_parts p
    where p.seal = fresh.number;
    fresh.hash := vigie.access_seal_hash(fresh);
    insert into vigie.access_seals select (fresh).*;
    return jsonb_build_object('number', fresh.number, 'generation', fresh.generation, 'rows', fresh.row_count,
                              'sealed_at', fresh.sealed_at, 'hash', encode(fresh.hash, 'hex'));
end
$$;
comment on function vigie.seal_access() is 'Seals the rows whose transactions are over';

revoke all on vigie.access_seals, vigie.access_seal_parts, vigie.access_seal_marks, vigie.access_verifications from public;
revoke all on function vigie.access_content(vigie.access_events) from public;
revoke all on function vigie.access_whole(bytea, bigint, timestamptz, timestamptz, xid8) from public;
revoke all on function vigie.access_mark(bytea) from public;
revoke all on function vigie.access_marks_digest(bigint[], bigint[], bigint[]) from public;
revoke all on function vigie.access_part_hash(vigie.access_seal_parts) from public;
revoke all on function vigie.access_seal_hash(vigie.access_seals) from public;
revoke all on function vigie.seal_access() from public;
