-- Sent through the simple protocol after each check, whether it failed or not: it takes back every setting
-- and lock that the check made, and it fails if the check left the transaction.
rollback to savepoint vigie_check;
release savepoint vigie_check;
select pg_advisory_unlock_all()
