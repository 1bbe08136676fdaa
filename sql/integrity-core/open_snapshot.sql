-- Opens the evaluating transaction. Sent through the simple protocol in one message with settle_snapshot.sql.
begin isolation level repeatable read read only;
