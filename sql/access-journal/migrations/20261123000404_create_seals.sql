-- Seals, as they are made: each counts and digests the rows that came since the one before, in parts of a month each, and
-- stands on its hash. Which rows those are is written down, so that what was changed can be named; that list goes with
-- its month, and what the chain says of the month stays.
drop table vigie.access_seals;

create table vigie.access_seals (
    number            bigint not null,
    -- which columns are digested, and how
    form              smallint not null,
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
    -- how long events were kept, and the months that were let go since the seal before
    retention         interval not null,
    let_go            jsonb not null,
    previous          bytea,
    hash              bytea not null,
    constraint access_seals_pkey primary key (number),
    constraint access_seals_number_check check (number > 0 and (number = 1) = (previous is null)),
    constraint access_seals_range_check check (from_xid <= to_xid),
    constraint access_seals_row_count_check check (row_count >= 0),
    constraint access_seals_form_check check (form = 1),
    constraint access_seals_let_go_check check (jsonb_typeof(let_go) = 'array'),
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

-- The generation that begins with the next seal: where its rows begin. It is drawn in a transaction of its own, so that
-- nobody who records waits while what came before is digested.
create table vigie.access_generations (
    generation        integer not null,
    system_identifier bigint not null,
    after_seq         bigint not null,
    opened_at         timestamptz not null default clock_timestamp(),
    constraint access_generations_pkey primary key (generation)
);
comment on table vigie.access_generations is 'Where the rows of each generation of seals begin';

-- The newest seal that was there each time all of it was looked at: each of them has to be there for ever.
create table vigie.access_heads (
    number  bigint not null,
    hash    bytea not null,
    seen_at timestamptz not null default clock_timestamp(),
    constraint access_heads_pkey primary key (number, hash),
    constraint access_heads_hash_check check (octet_length(hash) = 32)
);
comment on table vigie.access_heads is 'Seals that were seen, and are never given up';

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
alter table vigie.access_generations enable row level security;
alter table vigie.access_heads enable row level security;
create trigger access_heads_append_only
    before update or delete or truncate on vigie.access_heads
    for each statement execute function vigie.refuse_access_change();
create trigger access_seals_append_only
    before update or delete or truncate on vigie.access_seals
    for each statement execute function vigie.refuse_access_change();
create trigger access_seal_parts_append_only
    before update or delete or truncate on vigie.access_seal_parts
    for each statement execute function vigie.refuse_access_change();

-- What was not sealed yet is found by it.
create index access_events_xid_idx on vigie.access_events (xid);

-- What is digested is named, column by column: one that is added later is digested from another form of seals on.
-- Callers set bytea_output and the time zone, which the texts depend on.
create function vigie.access_content(event vigie.access_events) returns bytea
    language sql stable
    return sha256(convert_to(jsonb_strip_nulls(jsonb_build_object(
        'source', event.source, 'event', event.event, 'outcome', event.outcome, 'severity', event.severity,
        'status', event.status, 'error_code', event.error_code, 'method', event.method, 'route', event.route,
        'resource', event.resource, 'actor_id', event.actor_id, 'actor_role', event.actor_role,
        'account_hash', event.account_hash, 'account_hash_before', event.account_hash_before,
        'address_hash', event.address_hash, 'address_hash_before', event.address_hash_before,
        'is_allowed', event.is_allowed, 'country', event.country, 'as_number', event.as_number,
        'user_agent_family', event.user_agent_family, 'client_release', event.client_release,
        'request_id', event.request_id, 'rows_returned', event.rows_returned, 'count', event.count,
        'dedup_key', event.dedup_key))::text, 'UTF8'));
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
    return sha256(convert_to(jsonb_build_object(
        'seal', part.seal, 'part', part.part, 'month', part.month, 'row_count', part.row_count,
        'first_seq', part.first_seq, 'last_seq', part.last_seq, 'digest', part.digest,
        'marks_digest', part.marks_digest)::text, 'UTF8'));
comment on function vigie.access_part_hash(vigie.access_seal_parts) is 'Digest of what a seal says of some rows';

create function vigie.access_seal_hash(seal vigie.access_seals) returns bytea
    language sql stable
    return sha256(convert_to(jsonb_build_object(
        'number', seal.number, 'form', seal.form, 'generation', seal.generation,
        'system_identifier', seal.system_identifier, 'after_seq', seal.after_seq, 'from_xid', seal.from_xid,
        'to_xid', seal.to_xid, 'sealed_at', seal.sealed_at, 'row_count', seal.row_count, 'digest', seal.digest,
        'retention', seal.retention, 'let_go', seal.let_go, 'previous', seal.previous)::text, 'UTF8'));
comment on function vigie.access_seal_hash(vigie.access_seals) is 'What the next seal stands on';

-- Months whose events went with their key when their time was over: so long as the seals say that events were kept. What no
-- seal tells yet has to have acted under the retention of now, or of the newest seal.
create function vigie.access_gone() returns table (month date)
    language sql stable
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
as $$
    with told as (
        select l.month, l.destroyed_at, l.destroyed_under, s.sealed_at as known_at,
               array[s.retention, b.retention] as kept
        from vigie.access_seals s
        cross join lateral jsonb_to_recordset(s.let_go)
            as l (month date, destroyed_at timestamptz, destroyed_under interval)
        left join vigie.access_seals b on b.number = s.number - 1
        where s.let_go <> '[]'
    ), untold as (
        select k.month, k.destroyed_at, k.destroyed_under, clock_timestamp(),
               array[(select r.retention from vigie.access_retention r),
                     (select s.retention from vigie.access_seals s order by s.number desc limit 1)]
        from vigie.access_keys k
        where k.destroyed_at is not null and k.month not in (select t.month from told t)
    )
    select g.month
    from (select * from told union all select * from untold) as g
    where g.destroyed_under = any (g.kept) and g.destroyed_under >= interval '30 days'
      and g.destroyed_at between g.month + interval '1 month' + g.destroyed_under and g.known_at
$$;
comment on function vigie.access_gone() is 'Months whose events are rightly gone';

-- Whether the next seal begins a generation: there is none, or the newest one is of another server, or of one that has
-- counted transactions further than this one.
create function vigie.is_access_generation_due() returns boolean
    language sql stable
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select s.system_identifier <> c.system_identifier or s.to_xid > pg_snapshot_xmin(pg_current_snapshot())
         from vigie.access_seals s
         cross join pg_control_system() c
         order by s.number desc
         limit 1),
        true)
$$;
comment on function vigie.is_access_generation_due() is 'Whether the next seal begins a generation';

-- Draws where the next generation begins, where one is due. To be committed before seal_access: the numbers of transactions
-- that stand in the rows may be another server's, so whoever records is waited for, and waits, as long as this takes.
create function vigie.open_access_generation() returns boolean
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    next integer;
    server bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('vigie.access_seals', 0));
    if not vigie.is_access_generation_due() then
        return false;
    end if;
    select coalesce(max(s.generation), 0) + 1 into next from vigie.access_seals s;
    select c.system_identifier into server from pg_control_system() c;
    if next = 1 and not exists (select from vigie.access_events)
       or exists (
           select from vigie.access_generations g where g.generation = next and g.system_identifier = server) then
        return false;
    end if;
    lock table vigie.access_events in share mode;
    insert into vigie.access_generations as g (generation, system_identifier, after_seq)
    values (next, server, nextval('vigie.access_events_seq'))
    on conflict on constraint access_generations_pkey
    do update set system_identifier = excluded.system_identifier, after_seq = excluded.after_seq,
                  opened_at = excluded.opened_at;
    return true;
end
$$;
comment on function vigie.open_access_generation() is 'Draws where the next generation of seals begins';

-- Seals whatever can no longer be joined by an earlier row, and says which months went; null where there is nothing new, and
-- where nothing may be sealed yet. One after the other.
create function vigie.seal_access() returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set bytea_output = 'hex'
    set intervalstyle = 'postgres'
as $$
#variable_conflict use_column
declare
    -- so many rows are kept in memory at once
    part_size constant integer := 10000;
    last vigie.access_seals;
    fresh vigie.access_seals;
    opens boolean;
    last_known bigint;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        -- it would look from before it had to wait
        raise exception 'seals are made in a transaction that is read committed' using errcode = '25001';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('vigie.access_seals', 0));
    select * into last from vigie.access_seals s order by s.number desc limit 1;
    select c.system_identifier into fresh.system_identifier from pg_control_system() c;
    fresh.to_xid := pg_snapshot_xmin(pg_current_snapshot());
    opens := vigie.is_access_generation_due();
    fresh.number := coalesce(last.number, 0) + 1;
    fresh.form := 1;
    fresh.generation := coalesce(last.generation, 0) + opens::integer;
    select r.retention into strict fresh.retention from vigie.access_retention r;
    select coalesce(jsonb_agg(jsonb_build_object(
               'month', k.month, 'destroyed_at', k.destroyed_at, 'destroyed_under', k.destroyed_under) order by k.month), '[]')
    into fresh.let_go
    from vigie.access_keys k
    where k.destroyed_at is not null
      and not exists (
          select from vigie.access_seals s cross join jsonb_array_elements(s.let_go) as l (told)
          where (l.told ->> 'month')::date = k.month);

    delete from vigie.access_seal_marks m where m.month in (select g.month from vigie.access_gone() g);

    if opens then
        select g.after_seq into fresh.after_seq
        from vigie.access_generations g
        where g.generation = fresh.generation and g.system_identifier = fresh.system_identifier;
        if fresh.after_seq is null then
            return null;
        end if;
        fresh.from_xid := '0';
    else
        fresh.after_seq := last.after_seq;
        fresh.from_xid := last.to_xid;
        if fresh.let_go = '[]' and fresh.retention = last.retention and not exists (
            select from vigie.access_events e
            where e.xid >= fresh.from_xid and e.xid < fresh.to_xid and e.seq > fresh.after_seq
        ) then
            return null;
        end if;
    end if;
    select coalesce(max(p.last_seq), 0) into last_known from vigie.access_seal_parts p;
    fresh.sealed_at := clock_timestamp();
    fresh.previous := last.hash;

    with unsealed as (
        select e as event
        from vigie.access_events e
        where not opens and e.xid >= fresh.from_xid and e.xid < fresh.to_xid and e.seq > fresh.after_seq
        union all
        -- What should have been sealed before the server was another one, and was not, is not made good by this: what the
        -- other server had still to seal has later transactions, and what came since has higher numbers.
        select e
        from vigie.access_events e
        left join (select unnest(m.seqs) as seq from vigie.access_seal_marks m where opens) as sealed on sealed.seq = e.seq
        where opens and (e.seq <= fresh.after_seq or e.xid < fresh.to_xid) and sealed.seq is null
          and (last.number is null or e.seq > last.after_seq and (e.xid >= last.to_xid or e.seq > last_known))
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
    insert into vigie.access_seals (
        number, form, generation, system_identifier, after_seq, from_xid, to_xid, sealed_at, row_count, digest, retention,
        let_go, previous, hash)
    values (
        fresh.number, fresh.form, fresh.generation, fresh.system_identifier, fresh.after_seq, fresh.from_xid, fresh.to_xid,
        fresh.sealed_at, fresh.row_count, fresh.digest, fresh.retention, fresh.let_go, fresh.previous, fresh.hash);
    return jsonb_build_object('number', fresh.number, 'generation', fresh.generation, 'rows', fresh.row_count,
                              'sealed_at', fresh.sealed_at, 'hash', encode(fresh.hash, 'hex'));
end
$$;
comment on function vigie.seal_access() is 'Seals the rows whose transactions are over';

revoke all on vigie.access_seals, vigie.access_seal_parts, vigie.access_seal_marks, vigie.access_verifications from public;
revoke all on vigie.access_generations, vigie.access_heads from public;
revoke all on function vigie.access_content(vigie.access_events) from public;
revoke all on function vigie.access_whole(bytea, bigint, timestamptz, timestamptz, xid8) from public;
revoke all on function vigie.access_mark(bytea) from public;
revoke all on function vigie.access_marks_digest(bigint[], bigint[], bigint[]) from public;
revoke all on function vigie.access_part_hash(vigie.access_seal_parts) from public;
revoke all on function vigie.access_seal_hash(vigie.access_seals) from public;
revoke all on function vigie.seal_access() from public;
revoke all on function vigie.access_gone() from public;
revoke all on function vigie.is_access_generation_due() from public;
revoke all on function vigie.open_access_generation() from public;
