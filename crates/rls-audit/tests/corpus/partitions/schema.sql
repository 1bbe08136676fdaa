-- Begins with auth.sql.
create table public.movements (id int, day date not null, owner uuid, primary key (id, day)) partition by range (day);
create table public.movements_2024 partition of public.movements for values from ('2024-01-01') to ('2025-01-01');
create table public.movements_2025 partition of public.movements for values from ('2025-01-01') to ('2026-01-01');
insert into public.movements values (1, '2024-05-01', '11111111-1111-4111-8111-111111111111'), (2, '2025-05-01', null);
alter table public.movements enable row level security;
create policy own on public.movements to authenticated using (owner = auth.uid());
grant all on public.movements to authenticated;
grant select, delete on public.movements_2024 to authenticated;
alter table public.movements_2025 enable row level security;
grant all on public.movements_2025 to authenticated, anon;
