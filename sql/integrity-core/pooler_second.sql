-- vigie: does a pooler keep prepared statements apart? The other connection's statement, of the same name and shape.
select pg_backend_pid() as "backend!", 'second' as "mark!"
