-- Whether a connection that comes back to the pool carries nothing from its last user.
-- Sent through the simple protocol: outside a transaction both times are the same.
select transaction_timestamp() = statement_timestamp()
   and current_setting('role') = 'none'
   and coalesce(current_setting('request.jwt.claims', true), '') = ''
