-- Compares the journal with its seals. `newest` is how many seals of this generation are looked at, and fewer where they are
-- of many rows; all where it is null. `expected` is the hash of a seal that was once exported. What is said of a month that
-- was let go in its time is taken as said. Counts the differences of each seal, up to a thousand seals, and names ten of each.
create function vigie.verify_access(newest integer, expected bytea) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set bytea_output = 'hex'
    set intervalstyle = 'postgres'
as $$
#variable_conflict use_column
declare
    -- So many rows are compared in each run, where one seal is not of more.
    rows_at_once constant integer := 20000;
    is_moved boolean;
    last_known bigint;
    last vigie.access_seals;
    first vigie.access_seals;
    is_whole boolean;
    result jsonb;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        -- it would look from before it had to wait
        raise exception 'seals are compared in a transaction that is read committed' using errcode = '25001';
    end if;
    -- No month goes while it is looked at, and what is looked at is from after this.
    lock table vigie.access_events in access share mode;
    select * into last from vigie.access_seals s order by s.number desc limit 1;
    select w.* into first
    from (
        select s as seal, sum(s.row_count) over (order by s.number desc) as row_count
        from vigie.access_seals s
        where s.generation = last.generation and s.number > last.number - coalesce(verify_access.newest, last.number)
    ) n
    cross join lateral (select (n.seal).*) w
    where n.row_count <= rows_at_once or w.number = last.number
    order by w.number
    limit 1;
    is_whole := verify_access.newest is null or last.number is null or first.number = 1;
    is_moved := last.number is not null and vigie.is_access_generation_due();
    select coalesce(max(p.last_seq), 0) into last_known from vigie.access_seal_parts p;
    if is_whole then
        first.number := 1;
    end if;

    with gone as materialized (
        select g.month from vigie.access_gone() g
    ), walked as (
        select s.number, s.previous, s.hash, s.row_count, s.digest, vigie.access_seal_hash(s) as own,
               lag(s.number) over chain as number_before, lag(s.hash) over chain as hash_before
        from vigie.access_seals s
        where s.number between first.number and last.number
        window chain as (order by s.number)
    ), part as materialized (
        select p.*, vigie.access_part_hash(p) as own, g.month is not null as is_gone
        from vigie.access_seal_parts p
        left join gone g on g.month = p.month
        where p.seal between first.number and last.number
    ), said as (
        select p.seal, sum(p.row_count) as row_count, sha256(string_agg(p.own, ''::bytea order by p.part)) as digest
        from part p
        group by p.seal
    ), list as materialized (
        select p.seal, p.part, p.month, p.first_seq, p.last_seq, p.digest, m.seqs, m.wholes, m.contents,
               coalesce(p.marks_digest = vigie.access_marks_digest(m.seqs, m.wholes, m.contents), false) as is_kept
        from part p
        left join vigie.access_seal_marks m on m.seal = p.seal and m.part = p.part
        where not p.is_gone
    ), mark as materialized (
        select l.seal, l.part, u.seq, u.whole, u.content
        from list l
        cross join lateral unnest(l.seqs, l.wholes, l.contents) as u (seq, whole, content)
        where l.is_kept
    ), present as (
        select e as event
        from vigie.access_events e
        where is_whole
        union all
        select e
        from vigie.access_events e
        where not is_whole and e.xid >= first.from_xid and e.seq > first.after_seq
        union all
        select e
        from vigie.access_events e
        where not is_whole and not (e.xid >= first.from_xid and e.seq > first.after_seq)
          and e.seq in (select m.seq from mark m)
    ), content as materialized (
        select (p.event).seq, (p.event).occurred_at, (p.event).recorded_at, (p.event).xid,
               vigie.access_content(p.event) as content
        from present p
    ), digested as (
        select c.*, vigie.access_whole(c.content, c.seq, c.occurred_at, c.recorded_at, c.xid) as whole
        from content c
    ), pair as materialized (
        select m.seal, m.part, coalesce(m.seq, d.seq) as seq, d.occurred_at, d.recorded_at, d.xid, d.whole,
               m.seq is not null as is_sealed, d.seq is not null as is_there,
               m.whole = vigie.access_mark(d.whole) as is_same, m.content = vigie.access_mark(d.content) as is_told,
               m.content as sealed_content, vigie.access_mark(d.content) as content,
               -- one of several that claim one number is the sealed one
               m.seq is not null and d.seq is not null
               and row_number() over (
                   partition by m.seq
                   order by m.whole = vigie.access_mark(d.whole) desc, m.content = vigie.access_mark(d.content) desc
               ) > 1 as is_second
        from mark m
        full join digested d on d.seq = m.seq
    ), stranger as materialized (
        -- of which no seal speaks
        select p.seq, p.occurred_at, p.recorded_at, p.xid, p.content,
               -- what the next seal is of
               last.number is null
               or p.seq > last.after_seq and (p.xid >= last.to_xid or is_moved and p.seq > last_known) as is_next
        from pair p
        where p.is_there and (not p.is_sealed or p.is_second)
    ), loose as materialized (
        -- rows that say what is sealed nowhere, or under another number
        select s.seq, s.occurred_at, s.content
        from stranger s
        union all
        select p.seq, p.occurred_at, p.content
        from pair p
        where p.is_sealed and p.is_there and not p.is_told and not p.is_second
    ), moved as materialized (
        select distinct on (p.seq) p.seq, l.seq as moved_to, l.occurred_at
        from pair p
        inner join loose l on l.content = p.sealed_content
        where p.is_sealed and not p.is_second and (not p.is_there or not p.is_told)
        order by p.seq, l.seq
    ), of_part as (
        select p.seal, p.part, sha256(string_agg(p.whole, ''::bytea order by p.seq)) as digest,
               bool_and(p.is_there and p.is_same) as is_same
        from pair p
        where p.is_sealed and not p.is_second
        group by p.seal, p.part
    ), problem as materialized (
        select case when w.number_before is null and w.number <> first.number or w.number <> w.number_before + 1
                    then 'seal_missing' else 'seal_edited' end as kind,
               case when w.number_before is null and w.number <> first.number or w.number <> w.number_before + 1
                    then w.number - 1
                    when w.hash = w.own then w.number_before else w.number end as seal,
               null::bigint as seq, null::timestamptz as occurred_at, null::bigint as moved_to
        from walked w
        where w.hash <> w.own or w.number_before is null and w.number <> first.number
           or w.number <> w.number_before + 1 or w.previous <> w.hash_before
        union
        select 'seal_edited', w.number, null, null, null
        from walked w
        left join said s on s.seal = w.number
        where (w.row_count, w.digest) is distinct from (coalesce(s.row_count, 0), coalesce(s.digest, sha256('')))
        union
        select 'seal_edited', l.seal, null, null, null from list l where not l.is_kept
        union
        select 'seal_missing', p.seal, null, null, null
        from vigie.access_seal_parts p
        where p.seal > coalesce(last.number, 0)
          -- one that was made while this looks
          and not exists (select from vigie.access_seals s where s.number = p.seal)
        union
        -- that was the newest one once when all was looked at
        select 'seal_missing', h.number, null, null, null
        from vigie.access_heads h
        where not exists (select from vigie.access_seals s where s.number = h.number and s.hash = h.hash)
        union all
        select case when p.is_told then 'retimed'
                    when v.seq is not null then 'reordered'
                    when p.is_there then 'edited'
                    else 'deleted' end,
               p.seal, p.seq, coalesce(v.occurred_at, p.occurred_at), v.moved_to
        from pair p
        left join moved v on v.seq = p.seq
        where p.is_sealed and not p.is_second and (not p.is_there or not p.is_same)
        union all
        select 'edited', o.seal, null, null, null
        from of_part o
        inner join list l on l.seal = o.seal and l.part = o.part
        where o.is_same and o.digest <> l.digest
        union all
        select 'inserted',
               coalesce((select min(s.number) from vigie.access_seals s
                         where s.generation = last.generation and s.to_xid > n.xid), last.number),
               n.seq, n.occurred_at, null
        from stranger n
        where not n.is_next
          and not exists (select from moved v where v.moved_to = n.seq)
          -- whose rows are not known
          and not exists (
              select from list l
              where not l.is_kept and n.seq between l.first_seq and l.last_seq
                and l.month = date_trunc('month', n.occurred_at)::date)
    ), of_seal as materialized (
        select k.seal, sum(k.broken) as broken, jsonb_object_agg(k.kind, k.broken) as kinds
        from (select p.seal, p.kind, count(*) as broken from problem p group by p.seal, p.kind) k
        group by k.seal
    ), told as materialized (
        select o.* from of_seal o order by o.seal limit 1000
    ), named as (
        select p.*, row_number() over (partition by p.seal order by p.seq, p.kind) as place
        from problem p
        where p.seal in (select t.seal from told t)
    ), next as (
        select count(*) as row_count, min(n.recorded_at) as since from stranger n where n.is_next
    ), holder as (
        -- the oldest transaction that may still add rows, where it can be seen
        select h.pid, h.prepared, h.database, h.since
        from (
            select a.pid, null as prepared, a.datname as database, a.xact_start as since, a.backend_xid as xid
            from pg_stat_activity a
            where a.backend_xid is not null and a.pid <> pg_backend_pid()
            union all
            select null, x.gid, x.database, x.prepared, x.transaction
            from pg_prepared_xacts x
        ) h
        order by age(h.xid) desc
        limit 1
    )
    select jsonb_build_object(
        'at', clock_timestamp(),
        'whole', is_whole,
        'generation_due', is_moved,
        'seals', (select count(*) from walked),
        'rows', (select coalesce(sum(p.row_count), 0) from part p where not p.is_gone),
        'gone', (select coalesce(sum(p.row_count), 0) from part p where p.is_gone),
        'unsealed', (select n.row_count from next n),
        'unsealed_since', (select n.since from next n),
        'held_by', (select to_jsonb(h) from holder h, next n where n.row_count > 0),
        'head', case when last.number is not null then jsonb_build_object(
            'number', last.number, 'generation', last.generation, 'rows', last.row_count, 'sealed_at', last.sealed_at,
            'hash', encode(last.hash, 'hex')) end,
        'expected', case when verify_access.expected is not null then
            exists (select from vigie.access_seals s where s.hash = verify_access.expected) end,
        'broken', (select count(*) from problem),
        'seals_broken', (select count(*) from of_seal),
        'broken_seals', (select coalesce(jsonb_agg(to_jsonb(t) order by t.seal), '[]') from told t),
        'discrepancies', (
            select coalesce(jsonb_agg(to_jsonb(n) - 'place' order by n.seal, n.seq, n.kind), '[]')
            from named n
            where n.place <= 10)
    ) into result;
    if verify_access.newest is null then
        insert into vigie.access_heads (number, hash)
        select s.number, s.hash
        from vigie.access_seals s
        where s.number = last.number
        on conflict on constraint access_heads_pkey do nothing;
        insert into vigie.access_verifications as v (at, found)
        values ((result ->> 'at')::timestamptz, result - 'expected')
        on conflict on constraint access_verifications_pkey do update set at = excluded.at, found = excluded.found;
    end if;
    return result;
end
$$;
comment on function vigie.verify_access(integer, bytea) is 'Compares the journal of accesses with its seals';

revoke all on function vigie.verify_access(integer, bytea) from public;
