-- A person whom nobody knows, to see the source of roles at work.
select set_config('request.jwt.claims', '{"sub": "00000000-0000-0000-0000-000000000000"}', true) as "claims!"
