-- The least that trying could be: everybody whom the audit tries reads each relation once. Prints the script that does it.
select 'begin isolation level repeatable read, read only; set local search_path = '''';';
select format('select set_config(''role'', %L, true), set_config(''request.jwt.claims'', %L, true);', p.role, p.claims)
       || E'\n' || (
    select string_agg(format('select count(*) from (select from %I.%I limit 1001) r;', n.nspname, c.relname), E'\n' order by c.oid)
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v') and n.nspname = 'public')
from (values
    ('anon', '{"role": "anon"}'),
    ('authenticated', '{"role": "authenticated", "sub": "00000000-0000-4000-8000-0000000000aa"}'),
    ('authenticated', '{"role": "authenticated", "sub": "11111111-1111-4111-8111-111111111111"}'),
    ('authenticated', '{"role": "authenticated", "sub": "11111111-1111-4111-8111-111111111112"}'),
    ('authenticated', '{"role": "authenticated", "sub": "11111111-1111-4111-8111-111111111113"}'),
    ('service_role', '{"role": "service_role"}')
) as p (role, claims);
select 'rollback;';
