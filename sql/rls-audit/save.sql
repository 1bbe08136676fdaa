-- So many are kept, and this one; and the last complete one, with which the next is compared.
with forgotten as (
    delete from vigie.audits
    where database = $1
      and at <= (select a.at from vigie.audits a where a.database = $1 order by a.at desc offset $2 limit 1)
      and at is distinct from (select max(a.at) from vigie.audits a where a.database = $1 and a.outcome <> 'incomplete')
)
insert into vigie.audits (database, at, outcome, document)
values ($1, $3, $4, $5::text::jsonb)
on conflict on constraint audits_pkey do nothing
