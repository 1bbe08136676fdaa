-- Compares the journal with its seals. `newest` is how many seals are looked at, all where it is null; `expected` is the hash
-- of a seal that was once exported. What is said of a month whose key and events were destroyed in their time is taken as
-- said. Names the first hundred differences.
create function vigie.verify_access(newest integer, expected bytea) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set bytea_output = 'hex'
as $$
#variable_conflict use_column
declare
    last vigie.access_seals;
    first vigie.access_seals;
    is_whole boolean;
    result jsonb;
begin
    -- No month goes while it is looked at, and what is looked at is from after this.
    lock table vigie.access_events in access share mode;
    select * into last from vigie.access_seals s order by s.number desc limit 1;
    select * into first from vigie.access_seals s
    where s.number > last.number - coalesce(verify_access.newest, last.number)
    order by s.number
    limit 1;
    is_whole := verify_access.newest is null or last.number is null or first.generation <> last.generation
                or first.number = 1;
    if is_whole then
        first.number := 1;
    end if;

    with gone as materialized (
        -- never sooner than events may be let go
        select k.month
        from vigie.access_keys k
        where k.destroyed_at >= k.month + interval '1 month' + interval '29 days'
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
        select m.seal, m.part, coalesce(m.seq, d.seq) as seq, d.occurred_at, d.xid, d.whole,
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
        select p.seq, p.occurred_at, p.xid, p.content
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
        -- the newest one that was there when all was looked at last
        select 'seal_missing', (v.found -> 'head' ->> 'number')::bigint, null, null, null
        from vigie.access_verifications v
        where v.found -> 'head' ->> 'hash' is not null
          and not exists (
              select from vigie.access_seals s where s.hash = decode(v.found -> 'head' ->> 'hash', 'hex'))
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
        where (n.xid < last.to_xid or n.seq <= last.after_seq)
          and not exists (select from moved v where v.moved_to = n.seq)
          -- whose rows are not known
          and not exists (
              select from list l
              where not l.is_kept and n.seq between l.first_seq and l.last_seq
                and l.month = date_trunc('month', n.occurred_at)::date)
    )
    select jsonb_build_object(
        'at', clock_timestamp(),
        'whole', is_whole,
        'seals', (select count(*) from walked),
        'rows', (select coalesce(sum(p.row_count), 0) from part p where not p.is_gone),
        'gone', (select coalesce(sum(p.row_count), 0) from part p where p.is_gone),
        'unsealed', (select count(*) from stranger n where n.xid >= last.to_xid and n.seq > last.after_seq
                                                       or last.number is null),
        'head', case when last.number is not null then jsonb_build_object(
            'number', last.number, 'generation', last.generation, 'rows', last.row_count, 'sealed_at', last.sealed_at,
            'hash', encode(last.hash, 'hex')) end,
        'expected', case when verify_access.expected is not null then
            exists (select from vigie.access_seals s where s.hash = verify_access.expected) end,
        'broken', (select count(*) from problem),
        'discrepancies', (
            select coalesce(jsonb_agg(to_jsonb(p) order by p.seal, p.seq, p.kind), '[]')
            from (select * from problem order by seal, seq, kind limit 100) p)
    ) into result;
    if verify_access.newest is null then
        insert into vigie.access_verifications as v (at, found)
        values ((result ->> 'at')::timestamptz, result - 'expected')
        on conflict on constraint access_verifications_pkey do update set at = excluded.at, found = excluded.found;
    end if;
    return result;
end
$$;
comment on function vigie.verify_access(integer, bytea) is 'Compares the journal of accesses with its seals';

revoke all on function vigie.verify_access(integer, bytea) from public;
