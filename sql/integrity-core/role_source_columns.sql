-- The columns that a view ($1) itself reads of each relation, as PostgreSQL's own dependencies have them, whatever names
-- they have in the view's text. Every column where the view uses a whole row anywhere.
select c.oid::bigint as "relation!", t.attname::text as "name!"
from pg_catalog.pg_rewrite w
inner join pg_catalog.pg_depend d
    on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_catalog.pg_class'::regclass
inner join pg_catalog.pg_class c on c.oid = d.refobjid and c.oid <> w.ev_class
inner join pg_catalog.pg_attribute t
    on t.attrelid = c.oid and t.attnum > 0 and (t.attnum = d.refobjsubid or w.ev_action::text ~ ':varattno 0 ')
where w.ev_class = to_regclass($1::text)
group by c.oid, t.attname
order by 1, 2
