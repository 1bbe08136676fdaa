-- Code that may write the relations that decide about people's roles ($1, by oid) for somebody who may not.
--
-- Functions with their owner's rights that a caller may call, or a trigger runs: what they write only their text tells,
-- and that is a hint. And triggers that see, and may change, the row that a caller is writing there: what comes of them
-- nobody can tell from here (`is_known` false).
with decides as (
    select c.oid, n.nspname, c.relname, format('%I.%I', n.nspname, c.relname) as relation
    from unnest($1::bigint[]) as w (oid)
    inner join pg_catalog.pg_class c on c.oid = w.oid::oid
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
),
callers as (
    select r.oid, r.rolname from pg_catalog.pg_roles r where r.rolname in ('authenticated', 'anon')
),
triggers as (
    select t.tgrelid, t.tgname, t.tgtype, t.tgfoid, format('%I.%I', n.nspname, c.relname) as relation
    from pg_catalog.pg_trigger t
    inner join pg_catalog.pg_class c on c.oid = t.tgrelid
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where not t.tgisinternal and t.tgenabled <> 'D'
),
functions as (
    select p.oid, p.proowner, p.prosecdef, p.provolatile, n.oid as namespace, n.nspname,
        format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name,
        concat_ws(' ', coalesce(pg_get_function_sqlbody(p.oid), p.prosrc), p.proconfig) as text
    from pg_catalog.pg_proc p
    inner join pg_catalog.pg_namespace n on n.oid = p.pronamespace
),
definers as (
    select f.oid, f.namespace, f.name, d.relation, pg_get_userbyid(f.proowner) as owner
    from functions f
    inner join decides d on has_any_column_privilege(f.proowner, d.oid, 'INSERT, UPDATE')
    -- What is not volatile writes nothing, and Vigie's own is looked at by itself.
    where f.prosecdef and f.provolatile = 'v' and f.nspname not in ('vigie', 'pg_catalog', 'information_schema')
      and f.text ~* '\m(insert|update|merge|copy|execute)\M'
      -- The name by itself, and that of its schema unless everybody leaves it out.
      and f.text ~* concat('(^|[^[:alnum:]_$])', regexp_replace(d.relname, '[^[:alnum:]_]', '\\\&', 'g'),
                           '($|[^[:alnum:]_$])')
      and (d.nspname = 'public' or position(d.nspname in f.text) > 0)
)
select is_known as "is_known!", what as "what!", remedy as "remedy!"
from (
    select true as is_known,
        format('%s may call %s, which by its text may write %s with the rights of %s',
               string_agg(r.rolname, ', ' order by r.rolname), d.name, d.relation, d.owner) as what,
        format('read it; if its caller decides what it writes: revoke execute on routine %s from public, %s', d.name,
               string_agg(quote_ident(r.rolname), ', ' order by r.rolname)) as remedy
    from definers d
    inner join callers r
        on has_schema_privilege(r.oid, d.namespace, 'USAGE') and has_function_privilege(r.oid, d.oid, 'EXECUTE')
    -- those are called by nobody
    where not exists (
        select from pg_catalog.pg_proc p
        where p.oid = d.oid and p.prorettype in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
    )
    group by d.oid, d.name, d.relation, d.owner
    union all
    select true,
        format('the trigger %I on %s runs %s, which by its text may write %s with the rights of %s', t.tgname,
               t.relation, d.name, d.relation, d.owner),
        format('read it; if a person decides what it writes: drop trigger %I on %s', t.tgname, t.relation)
    from definers d
    inner join triggers t on t.tgfoid = d.oid
    -- on these themselves it is told below
    where t.tgrelid not in (select s.oid from decides s)
    union all
    select false,
        format('%s may write some of %s, and the trigger %I, which runs %s then, may write the rest',
               string_agg(r.rolname, ', ' order by r.rolname), d.relation, t.tgname, f.name),
        format('keep roles in a table that people write nothing in; or, if nobody needs it: drop trigger %I on %s',
               t.tgname, d.relation)
    from decides d
    inner join triggers t on t.tgrelid = d.oid
    inner join functions f on f.oid = t.tgfoid
    inner join callers r
        on (t.tgtype & 4 > 0 and has_any_column_privilege(r.oid, d.oid, 'INSERT'))
        or (t.tgtype & 16 > 0 and has_any_column_privilege(r.oid, d.oid, 'UPDATE'))
        or (t.tgtype & 8 > 0 and has_table_privilege(r.oid, d.oid, 'DELETE'))
    -- BEFORE ROW changes the row whatever the caller may; else the function has to have other rights than its caller.
    where t.tgtype & 3 = 3 or f.prosecdef
    group by d.relation, t.tgname, f.name
) as code
order by is_known, what collate "C"
