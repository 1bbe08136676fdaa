-- Acts as somebody, until the savepoint is given back.
select set_config('request.jwt.claims', $2::text, true) || set_config('role', $1::text, true) as "persona!"
