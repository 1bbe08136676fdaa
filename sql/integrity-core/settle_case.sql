-- From here on nothing is written, triggers are what they are for everybody, and no setting of the case survives: in
-- earnest nobody sets it. Sent through the simple protocol in one message with settle_snapshot.sql.
reset session authorization;
set local role none;
reset all;
set local statement_timeout = '60s';
set transaction read only;
