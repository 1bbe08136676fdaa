-- From here on nothing is written, and triggers are what they are for everybody. Sent through the simple protocol in
-- one message with settle_snapshot.sql.
reset session authorization;
set local role none;
set local session_replication_role = origin;
set transaction read only;
