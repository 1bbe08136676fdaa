-- Whatever follows may only look.
select set_config('transaction_read_only', 'on', true)
