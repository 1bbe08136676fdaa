-- vigie: does a pooler keep prepared statements apart? The one connection's statement.
select pg_backend_pid() as "backend!", 'first' as "mark!"
