-- Identity, door and time limits, and what names and texts mean, all local to the transaction. $1 is null for the login
-- itself. Names are looked up in pg_catalog only, since other roles may have put functions of a closer match elsewhere.
select
    set_config('search_path', 'pg_catalog, pg_temp', true)
    || set_config('bytea_output', 'hex', true)
    -- before the door answers for a screen, somebody waits; nobody waits for what is asked when they are gone
    || set_config('statement_timeout', case when $3::text = 'api' then '12s' else '60s' end, true)
    -- whoever falls silent in the middle, stopped or cut off, keeps nobody waiting for what it holds
    || set_config('idle_in_transaction_session_timeout', '15s', true)
    -- the service has other things to do than to wait for somebody's lock; a person's act may
    || set_config('lock_timeout', case when $1::text is null then '10s' when $3::text = 'api' then '5s'
                                       else current_setting('lock_timeout') end, true)
    || set_config('vigie.door', $3::text, true)
    || set_config('request.jwt.claims', $2::text, true)
    || set_config('role', coalesce($1::text, 'none'), true) as "identity!"
