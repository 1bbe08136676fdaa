-- What a run writes into the book looks like what the run before wrote, and most of it is names: compressed in its place,
-- both columns together are half as long, and so is what goes into the write-ahead log. (By default PostgreSQL would
-- compress the longer one only.)
alter table vigie.runs set (toast_tuple_target = 128);
alter table vigie.runs alter column outcomes set storage main, alter column parameters set storage main;
