-- Which server process answers. Sent through the simple protocol, which leaves nothing behind anywhere.
select pg_backend_pid()
