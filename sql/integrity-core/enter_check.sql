-- Sent through the simple protocol before each check.
savepoint vigie_check
