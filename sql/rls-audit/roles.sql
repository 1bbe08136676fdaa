-- The roles whose privileges whoever asks has by itself, as policies are matched: a member that does not inherit does not
-- match.
select array_agg(rolname::text order by rolname collate "C") as "roles!"
from pg_catalog.pg_roles
where pg_has_role(oid, 'USAGE')
