-- What a rehearsed release works on: a tank, and somebody who may record what happens to releases.
create table public.drill_tanks (name text primary key, litres numeric not null);
insert into public.drill_tanks values ('T1', 1000), ('T2', 2000);
insert into vigie.members values ('rehearsal', 'admin');
