-- The server lets the snapshot go if the program that holds it falls silent for $1 milliseconds.
select set_config('idle_in_transaction_session_timeout', $1::text, true) as "limit!"
