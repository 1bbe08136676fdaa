-- What must hold whenever a check's own SQL runs, set again each time; it may take $1 milliseconds.
select set_config('role', 'none', true)
    || set_config('row_security', 'off', true)
    || set_config('lock_timeout', '2s', true)
    || set_config('statement_timeout', $1::text, true) as "armed!"
