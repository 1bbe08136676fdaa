-- Identity, door and time limit, local to the transaction. $1 is null for the login itself.
select
    set_config('statement_timeout', '60s', true)
    || set_config('vigie.door', $3::text, true)
    || set_config('request.jwt.claims', $2::text, true)
    || set_config('role', coalesce($1::text, 'none'), true) as "identity!"
