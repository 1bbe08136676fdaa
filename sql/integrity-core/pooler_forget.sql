-- Sent through the simple protocol to a pooler that loses prepared statements: takes our own (pooler_first.sql,
-- pooler_second.sql) out of the connection that it shares among its clients, where we meet one. Those of a name that
-- the driver did not give are the pooler's own business.
do $$
declare
    ours text;
begin
    for ours in
        select p.name
        from pg_catalog.pg_prepared_statements as p
        where p.name like 'sqlx\_s\_%'
          and p.statement like '-- vigie: does a pooler keep prepared statements apart?%'
    loop
        execute pg_catalog.format('deallocate %I', ours);
    end loop;
end
$$
